/** The event loop, and the control channels that it serves. */
package io.forkless.supervisor.link;
