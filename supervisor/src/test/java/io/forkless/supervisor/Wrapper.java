package io.forkless.supervisor;

import java.io.IOException;

/** A program that runs the command in its arguments and waits for it, as a start script does. */
final class Wrapper {
    private Wrapper() {}

    public static void main(String[] command) throws IOException, InterruptedException {
        System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
