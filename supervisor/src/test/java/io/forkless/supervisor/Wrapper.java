package io.forkless.supervisor;

import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.util.List;

/** A program that runs the command in its arguments and waits for it, as a start script does. */
public final class Wrapper {
    private Wrapper() {}

    /** That command below such a script. */
    public static List<String> around(List<String> command) {
        return JavaProgram.of(Wrapper.class, command.toArray(String[]::new)).command();
    }

    public static void main(String[] command) throws IOException, InterruptedException {
        System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
    }
}
