package io.forkless.worker;

import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RevivalLock;
import io.forkless.internal.control.SupervisorLaunch;
import io.forkless.internal.control.WorkerRecord;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a supervisor again that has died, if it has recorded how. The worker with the lowest index does so; if it does not, for
 * example because it hangs, the next one does. Used by one thread.
 */
final class Revival {
    static final int MOST = 3;
    static final Duration PERIOD = Duration.ofMinutes(1);

    /** How long a supervisor may take until it has its name. */
    private static final Duration BOOT = Duration.ofSeconds(15);

    private static final Duration TURN = Duration.ofSeconds(2);
    private static final String TIMES_FILE = "revival.times";

    /** Ample for as many numbers as there may be. */
    private static final int MAX_BYTES = 1024;

    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private final Path record;
    private final Path endpoint;
    private final int index;
    private Boolean wanted;

    /** @param record this worker's own */
    Revival(Path record, Path endpoint, int index) {
        this.record = record;
        this.endpoint = endpoint;
        this.index = index;
    }

    /** @param since for how long there has been no supervisor */
    void consider(Duration since) {
        Path launch = record.resolveSibling(SupervisorLaunch.FILE);
        if (!isWanted(launch) || since.compareTo(TURN.multipliedBy(rank())) < 0) {
            return;
        }
        try (RevivalLock lock = new RevivalLock(record.getParent())) {
            if (lock.tryLock()) {
                startUnlessTooOften(launch, record.resolveSibling(TIMES_FILE), since);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot start the supervisor again", e);
        }
    }

    /** Whether the supervisor has recorded how it is started, and a worker is to start it again. */
    private boolean isWanted(Path launch) {
        if (wanted == null) {
            try {
                wanted = Files.isRegularFile(launch, LinkOption.NOFOLLOW_LINKS)
                        && SupervisorLaunch.read(launch).output() != null;
            } catch (IOException e) {
                LOG.log(Level.WARNING, e.getMessage() + "; no worker starts the supervisor again");
                wanted = false;
            }
        }
        return wanted;
    }

    private void startUnlessTooOften(Path launch, Path timesFile, Duration since) throws IOException {
        // All processes of a machine share the origin of this clock: CLOCK_MONOTONIC, QueryPerformanceCounter.
        long now = System.nanoTime();
        List<Long> times = timesIn(timesFile, now);
        boolean tooOften = times.size() >= MOST;
        if (tooOften || isUnderWay(times, now, since) || isClaimed()) {
            return;
        }
        times.add(now);
        PrivateDirectory.replace(
                timesFile, String.join("\n", times.stream().map(String::valueOf).toList()));
        try {
            Process supervisor = SupervisorLaunch.read(launch).start();
            LOG.log(
                    Level.WARNING,
                    "the supervisor has died; started it again with pid " + supervisor.pid() + " (" + times.size()
                            + " of " + MOST + " times in a minute)");
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the supervisor has died and cannot be started again: " + e.getMessage());
        }
    }

    /** Whether the supervisor that was started last may still be booting, and so is not the one that has died. */
    private static boolean isUnderWay(List<Long> times, long now, Duration since) {
        if (times.isEmpty()) {
            return false;
        }
        Duration age = Duration.ofNanos(now - times.get(times.size() - 1));
        // Another worker may have noticed the end a moment earlier.
        return age.compareTo(BOOT) < 0 && age.compareTo(since.plus(TURN)) < 0;
    }

    private static List<Long> timesIn(Path file, long now) {
        List<Long> times = new ArrayList<>();
        try {
            for (String line : PrivateDirectory.read(file, MAX_BYTES).lines().toList()) {
                long time = Long.parseLong(line);
                if (time <= now && now - time < PERIOD.toNanos()) {
                    times.add(time);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // none was started yet
        }
        return times;
    }

    /** Whether a supervisor has the name, and is perhaps just starting. */
    private boolean isClaimed() {
        if (!Files.isRegularFile(endpoint, LinkOption.NOFOLLOW_LINKS)) {
            return false; // opening a FIFO would wait for ever
        }
        try (FileChannel channel = FileChannel.open(endpoint, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            return channel.tryLock(EndpointText.LOCKED_BYTE, 1, false) == null;
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    /** How many workers with a lower index there are. */
    private int rank() {
        int lower = 0;
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(record.getParent(), "*" + WorkerRecord.FILE_SUFFIX)) {
            for (Path file : files) {
                if (!file.equals(record)) {
                    lower += isLower(file) ? 1 : 0;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // the directory is being made again
        }
        return lower;
    }

    private boolean isLower(Path file) {
        try {
            WorkerRecord other = WorkerRecord.read(file);
            return other.index() < index && other.isAlive();
        } catch (IOException e) {
            return false;
        }
    }
}
