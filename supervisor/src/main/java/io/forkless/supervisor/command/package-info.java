/** What the workers are started with, and what of it N processes cannot share. */
package io.forkless.supervisor.command;
