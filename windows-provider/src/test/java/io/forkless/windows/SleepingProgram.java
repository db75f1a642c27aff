package io.forkless.windows;

/** A process that holds what it has inherited for a while. */
final class SleepingProgram {
    private SleepingProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        Thread.sleep(60_000);
    }
}
