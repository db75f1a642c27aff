package io.forkless.supervisor;

import java.time.Duration;

/** A program that does nothing for longer than any test. */
final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread.sleep(Duration.ofMinutes(10).toMillis());
    }
}
