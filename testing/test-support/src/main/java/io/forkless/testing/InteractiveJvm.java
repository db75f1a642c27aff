package io.forkless.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program in a JVM of its own that answers each line of its standard input with one line. Closing kills it. */
public class InteractiveJvm implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader answers;

    /** Starts it. What it says on its standard error is said here. */
    public InteractiveJvm(JavaProgram program) throws IOException {
        process =
                program.process().redirectError(ProcessBuilder.Redirect.INHERIT).start();
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    public long pid() {
        return process.pid();
    }

    /** @return the answer, or {@code null} if the process has ended */
    public String ask(String command) throws Exception {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        return CompletableFuture.supplyAsync(this::nextAnswer).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** At once, as {@code kill -9} and {@code TerminateProcess} do; returns when it is gone. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        kill();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private String nextAnswer() {
        try {
            return answers.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
