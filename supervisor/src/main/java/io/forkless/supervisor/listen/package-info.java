/** The listeners of a supervisor, who may have which, and the service manager that has opened some of them. */
package io.forkless.supervisor.listen;
