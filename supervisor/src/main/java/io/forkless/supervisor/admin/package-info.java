/** The commands that come in while a supervisor runs, and where they connect. */
package io.forkless.supervisor.admin;
