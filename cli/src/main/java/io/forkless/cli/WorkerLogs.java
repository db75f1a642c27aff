package io.forkless.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/** What workers have written to their log files since a moment: why they do not start is often told there alone. */
final class WorkerLogs {
    private static final int MAX_LINES = 20;
    private static final int MAX_LINE_LENGTH = 500;

    /** More would hide what is said last. */
    private static final int MAX_TAILS = 4;

    private static final int MAX_WORKERS = 8;

    /** Only the end of a file is read. */
    private static final int MAX_BYTES = 64 << 10;

    private final Path directory;
    private final Map<Path, Long> sizes = new HashMap<>();

    /** Remembers what is there now. */
    WorkerLogs(Path directory) throws IOException {
        this.directory = directory;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.forEach(
                        file -> sizes.put(file.getFileName(), file.toFile().length()));
            }
        }
    }

    /**
     * Shows the last lines that were written since, of some workers at least.
     *
     * @param names of the files, by the workers' indexes
     */
    void show(int workers, IntFunction<String> names, PrintWriter to) {
        Set<List<String>> shown = new HashSet<>();
        int named = 0;
        int more = 0;
        for (int i = 0; i < workers; i++) {
            Path file = directory.resolve(names.apply(i));
            List<String> tail = tail(file);
            if (tail.isEmpty()) {
                continue;
            }
            boolean same = shown.contains(tail);
            if (named == MAX_WORKERS || !same && shown.size() == MAX_TAILS) {
                more++;
                continue;
            }
            named++;
            to.println("forkless: worker " + i + " (" + file + "):" + (same ? " the same" : ""));
            if (shown.add(tail)) {
                tail.forEach(line -> to.println("    " + line));
            }
        }
        if (shown.isEmpty()) {
            to.println("forkless: the workers have written nothing to " + directory.resolve(names.apply(0))
                    + (workers == 1 ? "" : " and the like"));
        } else if (more > 0) {
            to.println("forkless: " + more + " more workers have written to their logs in " + directory);
        }
    }

    private List<String> tail(Path file) {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            long since = sizes.getOrDefault(file.getFileName(), 0L);
            long begin = since > size ? 0 : since; // it was renamed or emptied
            long start = Math.max(begin, size - MAX_BYTES);
            InputStream in = Channels.newInputStream(channel.position(start));
            String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).stripTrailing();
            int firstLine = start > begin ? text.indexOf('\n') + 1 : 0; // else it begins within a line
            List<String> lines = text.substring(firstLine).lines().toList();
            return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size()).stream()
                    .map(WorkerLogs::shortened)
                    .toList();
        } catch (IOException e) {
            return List.of(); // it has never started, or somebody has removed the file
        }
    }

    private static String shortened(String line) {
        return line.length() > MAX_LINE_LENGTH ? line.substring(0, MAX_LINE_LENGTH) + "..." : line;
    }
}
