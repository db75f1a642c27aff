package io.forkless.worker;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The pipes that are standard output and error of this process, for the time when nobody else reads them. This process holds a
 * read end of each: without one a write fails with {@code EPIPE}, and a child that is not a JVM dies of it (pipe(7)).
 * While there is no supervisor, this drops output, the oldest first, before a pipe is full, so that no writer has to wait.
 *
 * <p>On Linux only, where {@code /proc/self/fd} opens a pipe again, and for pipes only; otherwise it has no effect. Thread-safe.
 */
final class OutputPipes {
    /**
     * A pipe has 16 pages, and two consecutive ones have more than one page of data together: a write begins a new page only
     * if it does not fit into the last one. So a pipe with less than half of 64 KiB in it can always take one more page.
     */
    static final int MOST_KEPT = 28 * 1024;

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String PIPE = "pipe:";
    private static final long PAUSE_MILLIS = 10;
    private static final int BLOCK = 4096;

    /** More than the thread needs to end, unless another reader is there already: then it ends after the next output. */
    private static final long PATIENCE_MILLIS = 1000;

    private final List<InputStream> pipes;
    private final AtomicLong dropped = new AtomicLong();
    private Thread drain;

    private OutputPipes(List<InputStream> pipes) {
        this.pipes = List.copyOf(pipes);
    }

    /** Opens what can be opened and ignores the rest. */
    static OutputPipes hold() {
        List<InputStream> pipes = new ArrayList<>();
        Set<String> held = new HashSet<>();
        for (String descriptor : List.of("1", "2")) {
            Path path = DESCRIPTORS.resolve(descriptor);
            try {
                String target = Files.readSymbolicLink(path).toString();
                if (target.startsWith(PIPE) && held.add(target)) {
                    pipes.add(new FileInputStream(path.toFile()));
                }
            } catch (IOException | RuntimeException e) {
                // there is no such file system, or the pipe is another user's
            }
        }
        return new OutputPipes(pipes);
    }

    /** No supervisor reads: keeps the pipes from filling up, on a thread of its own. No effect if it does so already. */
    synchronized void orphaned() {
        if (drain == null && !pipes.isEmpty()) {
            Thread thread = new Thread(this::drain, "forkless-output-pipes");
            thread.setDaemon(true);
            thread.start();
            drain = thread;
        }
    }

    /**
     * A supervisor reads again, and has done so for a moment: what this process has read meanwhile was in its way.
     *
     * @return how many bytes have been dropped since the last call
     */
    synchronized long adopted() {
        if (drain != null) {
            drain.interrupt();
            try {
                drain.join(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            drain = null;
        }
        return dropped.getAndSet(0);
    }

    private void drain() {
        byte[] block = new byte[BLOCK];
        while (!Thread.currentThread().isInterrupted()) {
            boolean any = false;
            for (InputStream pipe : pipes) {
                any |= dropOldest(pipe, block);
            }
            if (!any) {
                pause();
            }
        }
    }

    /** Never waits: no other thread takes away what is available. */
    private boolean dropOldest(InputStream pipe, byte[] block) {
        try {
            if (pipe.available() <= MOST_KEPT) {
                return false;
            }
            dropped.addAndGet(pipe.read(block));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it ends
        }
    }
}
