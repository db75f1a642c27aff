package io.forkless.tck;

import java.util.concurrent.TimeUnit;

/** A process that holds what it has inherited until it is killed, or for two minutes. */
final class SleepingProgram {
    private SleepingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        TimeUnit.MINUTES.sleep(2);
    }
}
