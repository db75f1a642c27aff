package io.forkless.testing;

import java.time.Duration;

/** A program that says that it runs, if it is told how, and then does nothing for longer than any test. */
public final class Sleeper {
    /** The words for it. Under Wine, who has seen a process before it runs may not be able to kill it. */
    public static final String RUNS = "it runs";

    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException {
        for (String word : arguments) {
            System.out.println(word);
        }
        Thread.sleep(Duration.ofMinutes(10).toMillis());
    }
}
