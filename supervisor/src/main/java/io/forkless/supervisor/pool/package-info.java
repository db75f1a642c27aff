/** The states of the workers and of the supervisor: what happens next. No input or output, no thread; the clock is passed in. */
package io.forkless.supervisor.pool;
