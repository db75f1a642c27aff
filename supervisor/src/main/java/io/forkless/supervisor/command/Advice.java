package io.forkless.supervisor.command;

/**
 * Something that N workers will suffer from, though one would not.
 *
 * @param what what there is and what comes of it, in one line
 * @param remedy what to do about it, in one line
 */
public record Advice(String what, String remedy) {
    /** As one line for a person. */
    @Override
    public String toString() {
        return what + "; " + remedy;
    }
}
