package io.forkless.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
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
    private final Map<Object, Long> sizes = new HashMap<>();

    /** Remembers what is there now. */
    WorkerLogs(Path directory) throws IOException {
        this.directory = directory;
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    sizes.put(key(file), file.toFile().length());
                }
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

    /** Of a file that may have been renamed to make room meanwhile, with what was written to it before. */
    private List<String> tail(Path file) {
        List<String> lines = new ArrayList<>(linesSince(file));
        Path previous = file.resolveSibling(file.getFileName() + ".1");
        if (lines.size() < MAX_LINES && hasKey(previous)) {
            lines.addAll(0, linesSince(previous));
        }
        return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size()).stream()
                .map(WorkerLogs::shortened)
                .toList();
    }

    private List<String> linesSince(Path file) {
        if (!Files.isRegularFile(file)) {
            return List.of(); // a device, or it has never started, or somebody has removed the file
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            long since = sizes.getOrDefault(key(file), 0L);
            long first = since > size ? 0 : since; // it was emptied
            long start = Math.max(first, size - MAX_BYTES);
            InputStream in = Channels.newInputStream(channel.position(start));
            String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).stripTrailing();
            int firstLine = start > first ? text.indexOf('\n') + 1 : 0; // else it begins within a line
            return text.substring(firstLine).lines().toList();
        } catch (IOException e) {
            return List.of(); // it may not be read, or has just gone
        }
    }

    /** Which file it is, whatever it is called by now; on Windows, which does not tell that, by its name. */
    private static Object key(Path file) throws IOException {
        return hasKey(file) ? attributes(file).fileKey() : file.getFileName();
    }

    private static boolean hasKey(Path file) {
        try {
            return attributes(file).fileKey() != null;
        } catch (IOException e) {
            return false; // it is not there
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    private static String shortened(String line) {
        return line.length() > MAX_LINE_LENGTH ? line.substring(0, MAX_LINE_LENGTH) + "..." : line;
    }
}
