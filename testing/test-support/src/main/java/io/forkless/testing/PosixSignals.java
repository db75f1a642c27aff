package io.forkless.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;

/** Real signals, as an operator sends them by kill(1). */
public final class PosixSignals {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private PosixSignals() {}

    public static void send(String name, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
        assertThat(kill.waitFor()).as("kill -%s %d", name, pid).isZero();
    }

    /**
     * Stops a process of Linux, and waits until none of its threads runs: one that accepts just then may still get a
     * connection.
     */
    public static void stop(long pid) throws IOException, InterruptedException {
        send("STOP", pid);
        await().atMost(LIMIT).until(() -> LinuxProc.isStopped(pid));
    }
}
