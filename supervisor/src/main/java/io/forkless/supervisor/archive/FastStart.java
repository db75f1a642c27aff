package io.forkless.supervisor.archive;

import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    private final Path directory;
    private final List<String> command;
    private boolean recording;

    /** With its size and time: the last archive that was found to be whole. */
    private String whole;

    /** Of which a worker has made nothing; the next one would not either. */
    private ClassArchive hopeless;

    /** @param directory where the archives are, made if it is missing; {@code null}: off */
    public FastStart(Path directory, List<String> command, Map<String, String> environment) throws IOException {
        this.command = command;
        if (directory == null) {
            this.directory = null;
            return;
        }
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException("fast start: cannot make " + directory + ": " + e, e);
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("fast start: cannot write to " + directory);
        }
        // A JVM that finds out by itself reports a failure, at its end or even at its start.
        Optional<String> obstacle = JavaCommand.directoryOfClasses(command)
                .map(classes ->
                        "the class path has the directory '" + classes + "', and a JVM can archive jar files only")
                .or(() -> JavaCommand.archiveOptionOf(environment)
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

        /** The process has exited. What one that was killed has left may be half an archive. */
        public void exited(int status) {
            if (recorded == null) {
                return;
            }
            recording = false;
            try {
                if (status == 0 || status == CANNOT_ARCHIVE) {
                    keep(recorded, status);
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
        ClassArchive archive = ClassArchive.of(directory, command).orElse(null);
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
        if (recording || archive.equals(hopeless)) {
            return ordinary; // one is enough
        }
        recording = true;
        return new Launch(archive.optionsToRecord(), archive);
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

    private void keep(ClassArchive archive, int status) throws IOException {
        if (status != 0 || !Files.exists(archive.recording())) {
            hopeless = archive;
            LOG.log(Level.WARNING, "fast start: a worker has written no archive; workers start without");
        } else if (ClassArchive.of(directory, command).filter(archive::equals).isPresent()) {
            Path kept = archive.keepRecording();
            LOG.log(Level.INFO, "fast start: workers start from {0} from now on", kept);
        } // else what the worker ran has been replaced meanwhile
    }
}
