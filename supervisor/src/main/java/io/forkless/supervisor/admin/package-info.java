/** The commands that operators send to a supervisor that runs, and where they call. */
package io.forkless.supervisor.admin;
