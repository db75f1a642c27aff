/** Archives of the classes of workers, from which their JVMs start faster. */
package io.forkless.supervisor.archive;
