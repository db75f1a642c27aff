package io.forkless.benchmarks.service;

import java.io.IOException;

/** {@code kill(1)}; what the JDK has of it is TERM and KILL. */
public final class Signals {
    private Signals() {}

    public static void send(String signal, long pid) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + signal + " " + pid + ": status " + status);
        }
    }
}
