package io.forkless.benchmarks.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server that was started as a process, with its descendants, and what it has printed so far. */
public final class ProcessService implements Service {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PORT = Pattern.compile("(?:listening on|serving:) .*:(\\d+)");

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private ProcessService(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true).start();
        Thread reader = new Thread(this::read, "output of " + builder.command().get(0));
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts it, and waits until it has printed a line with this text. */
    public static ProcessService start(ProcessBuilder builder, String readyLine)
            throws IOException, InterruptedException {
        ProcessService service = new ProcessService(builder);
        try {
            service.awaitLine(line -> line.contains(readyLine));
            return service;
        } catch (IOException | InterruptedException e) {
            service.close();
            throw e;
        }
    }

    /** Starts one that does not tell when it is ready: waits until it accepts at this port of 127.0.0.1. */
    public static ProcessService start(ProcessBuilder builder, int port) throws IOException, InterruptedException {
        ProcessService service = new ProcessService(builder);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
                return service;
            } catch (ConnectException e) {
                if (!service.process.isAlive() || System.nanoTime() > deadline) {
                    service.close();
                    throw new IOException(
                            builder.command() + " does not listen, having printed:\n" + service.output(), e);
                }
                Thread.sleep(20);
            }
        }
    }

    /** Waits for a line, one of the past included. */
    public synchronized String awaitLine(Predicate<String> wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            for (String line : lines) {
                if (wanted.test(line)) {
                    return line;
                }
            }
            long left = deadline - System.nanoTime();
            if (ended || left <= 0) {
                throw new IOException((ended ? "ended" : "not ready after " + PATIENCE) + ", having printed:\n"
                        + String.join("\n", lines));
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    public synchronized String output() {
        return String.join("\n", lines);
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The one that it has printed. */
    @Override
    public synchronized int port() {
        return lines.stream()
                .map(PORT::matcher)
                .filter(Matcher::find)
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no port in:\n" + output()));
    }

    @Override
    public List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    /** All but the one that was started. */
    public List<ProcessHandle> workers() {
        return processes().stream()
                .filter(other -> !other.equals(process.toHandle()))
                .toList();
    }

    /** {@code TERM}; returns its exit status when it has ended by itself, and all of its output has been read. */
    public synchronized int terminate() throws IOException, InterruptedException {
        process.destroy();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = PATIENCE.toNanos(); !ended; left = deadline - System.nanoTime()) {
            if (left <= 0) {
                throw new IOException("not ended " + PATIENCE + " after TERM, having printed:\n" + output());
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return process.waitFor();
    }

    /** {@code TERM}, then {@code KILL} for whoever is left after a while. */
    @Override
    public void close() {
        List<ProcessHandle> all = processes();
        process.destroy();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            // it was killed, and its output ends here
        }
        end();
    }

    private synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }
}
