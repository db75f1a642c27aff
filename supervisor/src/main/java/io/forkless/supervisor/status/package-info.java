/** What callers are told of the workers and of the end of a supervisor. */
package io.forkless.supervisor.status;
