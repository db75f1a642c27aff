package io.forkless.e2e.field;

import java.io.PrintStream;

/** Closes one of its streams, prints to the other one, and ends with an error: {@code ClosingWorker out|err}. */
final class ClosingWorker {
    private ClosingWorker() {}

    public static void main(String[] arguments) {
        boolean out = arguments[0].equals("out");
        PrintStream closed = out ? System.err : System.out;
        closed.close();
        (out ? System.out : System.err).println("still open");
        System.exit(1);
    }
}
