package io.forkless.cli.doctor;

/**
 * Something on this machine, or in the environment of this command, that makes trouble for a supervisor or its workers.
 *
 * @param what what was found and what comes of it, in one line
 * @param remedy what to do about it, in one line
 */
public record Finding(String what, String remedy) {}
