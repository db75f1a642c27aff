/** Worker processes: how they are started, and what the pool sees of one. */
package io.forkless.supervisor.process;
