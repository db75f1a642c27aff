/** What the supervisor writes, without ever waiting for who reads it. */
package io.forkless.supervisor.output;
