package io.forkless.supervisor.archive;

import io.forkless.internal.control.DiskSpace;
import io.forkless.supervisor.command.Placeholders;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Lets workers start from an archive of the classes that an earlier worker has loaded. The first worker records what it
 * loads, its JVM writes the archive as it exits, and those that are started later use it. When what the command runs has
 * changed, a new archive is made and the old one is removed.
 *
 * <p>It is an accelerator and never a reason for a failed start: the JVM itself leaves an archive alone that does not fit,
 * and where none can be made, workers start as ever. Belongs to the event loop's thread.
 */
public final class FastStart {
    private static final System.Logger LOG = Log.supervisor();

    /** How a JVM ends that finds at its end that it cannot write an archive; it says so on its standard error. */
    private static final int CANNOT_ARCHIVE = 1;

    private static final String NO_ARCHIVE = "a worker has written no archive";
    private static final String NOT_TRIED =
            "the worker that was to write an archive has ended with status 1 before it had drained";

    /** A worker that records and leaves no archive has cost a slow exit; the next one that does so comes later. */
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);

    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    private final Path directory;

    /** With placeholders: what is the same at each start, and tells one command from another. */
    private final List<String> template;

    /** With the supervisor's name in place, as files are called; not the worker's index, of which an archive is independent. */
    private final List<String> command;

    private final Path workingDirectory;
    private final LongSupplier nanoTime;
    private boolean recording;

    /** With its size and time: the last archive that was found to be whole. */
    private String whole;

    /** Of which the latest worker that recorded has made nothing; {@code null} if there is none. */
    private ClassArchive failed;

    private Duration pause;
    private long pausedAt;
    private final Set<String> toldReasons = new HashSet<>();

    /**
     * @param directory where the archives are, made if it is missing; {@code null}: off
     * @param name of the supervisor
     * @param workingDirectory in which the command runs
     */
    public FastStart(Path directory, WorkerCommand workers, String name, Path workingDirectory) throws IOException {
        this(directory, workers, name, workingDirectory, System::nanoTime);
    }

    FastStart(Path directory, WorkerCommand workers, String name, Path workingDirectory, LongSupplier nanoTime)
            throws IOException {
        this.template = workers.command();
        this.command =
                template.stream().map(word -> Placeholders.withName(word, name)).toList();
        this.workingDirectory = workingDirectory;
        this.nanoTime = nanoTime;
        if (directory == null) {
            this.directory = null;
            return;
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException("fast start: cannot make " + directory + ": " + DiskSpace.reason(directory, e), e);
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("fast start: cannot write to " + directory);
        }
        // A JVM that finds out by itself reports a failure, at its end or even at its start.
        Optional<String> obstacle = JavaCommand.directoryOfClasses(command, workingDirectory)
                .map(classes ->
                        "the class path has the directory '" + classes + "', and a JVM can archive jar files only")
                .or(() -> JavaCommand.classesOfEachWorker(command)
                        .map(path -> "'" + path
                                + "' differs from worker to worker, and an archive belongs to one class path"))
                .or(() ->
                        workers.agent().map(option -> "a JVM with an agent, '" + option + "', cannot make an archive"))
                .or(() -> JavaCommand.archiveOptionOf(workers.environment().variables())
                        .map(option -> "the environment has the option '" + option + "' for JVMs"));
        obstacle.ifPresent(reason -> LOG.log(Level.WARNING, "fast start: off: " + reason));
        this.directory = obstacle.isPresent() ? null : directory.toAbsolutePath();
    }

    /** What one process is started with. */
    public final class Launch {
        private final List<String> options;
        private final ClassArchive recorded;

        private Launch(List<String> options, ClassArchive recorded) {
            this.options = options;
            this.recorded = recorded;
        }

        /** For the JVM. */
        public List<String> options() {
            return options;
        }

        /**
         * The process has exited. What one that was killed has left may be half an archive.
         *
         * @param drained whether it had finished its work before, so that its status may be that of its archive
         */
        public void exited(int status, boolean drained) {
            if (recorded == null) {
                return;
            }
            recording = false;
            try {
                if (status == 0) {
                    keep(recorded);
                } else if (status == CANNOT_ARCHIVE) {
                    pauseAfter(recorded, drained ? NO_ARCHIVE : NOT_TRIED);
                }
                recorded.removeRecording();
            } catch (IOException | DirectoryIteratorException e) {
                LOG.log(Level.WARNING, "fast start: cannot keep {0}: {1}", recorded.recording(), e);
            }
        }
    }

    public Launch prepare() {
        Launch ordinary = new Launch(List.of(), null);
        // A JVM that cannot write its archive reports a failure, hence the look at the directory.
        if (directory == null || !Files.isWritable(directory)) {
            return ordinary;
        }
        ClassArchive archive = currentArchive().orElse(null);
        if (archive == null) {
            return ordinary;
        }
        try {
            Optional<Path> usable = usable(archive);
            if (usable.isPresent()) {
                return new Launch(archive.optionsToUse(usable.get()), null);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.WARNING, "fast start: cannot read {0}: {1}", directory, e);
            return ordinary;
        }
        if (recording || isPausedFor(archive)) {
            return ordinary; // one is enough
        }
        recording = true;
        return new Launch(archive.optionsToRecord(), archive);
    }

    private Optional<ClassArchive> currentArchive() {
        return ClassArchive.of(directory, template, command, workingDirectory);
    }

    private Optional<Path> usable(ClassArchive archive) throws IOException {
        Optional<Path> found = archive.find();
        if (found.isPresent()) {
            Path file = found.get();
            String version = file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file);
            if (!version.equals(whole) && !archive.isWhole(file)) {
                LOG.log(Level.WARNING, "fast start: {0} is damaged, a new one will be made", file);
                Files.delete(file);
                return Optional.empty();
            }
            whole = version;
        }
        return found;
    }

    private void keep(ClassArchive archive) throws IOException {
        if (!Files.exists(archive.recording())) {
            pauseAfter(archive, NO_ARCHIVE);
        } else if (currentArchive().filter(archive::equals).isPresent()) {
            Path kept = archive.keepRecording();
            failed = null;
            LOG.log(Level.INFO, "fast start: workers start from {0} from now on", kept);
        } // else what the worker ran has been replaced meanwhile
    }

    private boolean isPausedFor(ClassArchive archive) {
        return archive.equals(failed) && nanoTime.getAsLong() - pausedAt < pause.toNanos();
    }

    /** The next worker that is started after a while records again, as the reason may have gone. */
    private void pauseAfter(ClassArchive archive, String reason) {
        Duration next = archive.equals(failed) ? pause.multipliedBy(2) : FIRST_PAUSE;
        pause = next.compareTo(LONGEST_PAUSE) < 0 ? next : LONGEST_PAUSE;
        pausedAt = nanoTime.getAsLong();
        failed = archive;
        if (toldReasons.add(reason)) {
            LOG.log(Level.WARNING, "fast start: {0}; workers start without, and a later one tries again", reason);
        }
    }
}
