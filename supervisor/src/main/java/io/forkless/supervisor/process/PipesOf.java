package io.forkless.supervisor.process;

import io.forkless.internal.control.UserId;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The pipes that are another process's standard output and error, opened again for reading: what an earlier supervisor has not
 * read is still in them. They end when no process has them open for writing. Linux only: {@code /proc/PID/fd} of proc_pid_fd(5).
 *
 * @param output an empty stream if standard output is not a pipe
 * @param errors an empty stream if standard error is not a pipe, or is the same one
 */
public record PipesOf(InputStream output, InputStream errors) {
    private static final String PIPE = "pipe:";

    /**
     * Never waits: to open an anonymous pipe again does not wait for its other end, unlike a FIFO; fifo(7).
     *
     * @return empty if neither is a pipe
     * @throws IOException if they cannot be opened
     */
    public static Optional<PipesOf> open(long pid) throws IOException {
        Path descriptors = Path.of("/proc", Long.toString(pid), "fd");
        if (!UserId.isKnown() || !Files.exists(descriptors.getParent())) {
            return Optional.empty(); // this system has none, or the process has ended
        }
        String output = target(descriptors, "1");
        String errors = target(descriptors, "2");
        if (!output.startsWith(PIPE) && !errors.startsWith(PIPE)) {
            return Optional.empty();
        }
        InputStream fromOutput = open(descriptors, "1", output);
        try {
            return Optional.of(new PipesOf(
                    fromOutput,
                    errors.equals(output) ? InputStream.nullInputStream() : open(descriptors, "2", errors)));
        } catch (IOException e) {
            fromOutput.close();
            throw e;
        }
    }

    private static String target(Path descriptors, String descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptors.resolve(descriptor)).toString();
        } catch (NoSuchFileException e) {
            return ""; // the process has closed it, or has ended
        }
    }

    private static InputStream open(Path descriptors, String descriptor, String target) throws IOException {
        return target.startsWith(PIPE)
                ? new FileInputStream(descriptors.resolve(descriptor).toFile())
                : InputStream.nullInputStream();
    }
}
