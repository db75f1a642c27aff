package io.forkless.supervisor;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * Lets workers start from an archive of the classes that an earlier worker has loaded: a dynamic class-data archive (JEP
 * 350), on JDK 25 and later an AOT cache (JEP 514). The first worker records what it loads, its JVM writes the archive as
 * it exits, and those that are started later use it. An archive belongs to one JDK, one command line and the sizes and
 * times of the files that it names; when one of them changes, a new archive is made.
 *
 * <p>It is an accelerator and never a reason for a failed start: the JVM itself leaves an archive alone that does not fit,
 * and where none can be made, workers start as ever. Belongs to the event loop's thread.
 */
final class FastStart {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());
    private static final int FIRST_WITH_DYNAMIC_ARCHIVE = 13;
    private static final int FIRST_WITH_AOT_CACHE = 25;

    private final Path directory;
    private final List<String> command;
    private boolean recording;

    /** @param directory where the archives are, made if it is missing; {@code null}: off */
    FastStart(Path directory, List<String> command) throws IOException {
        this.directory = directory;
        this.command = command;
        if (directory != null) {
            try {
                Files.createDirectories(directory);
            } catch (IOException e) {
                throw new IOException("fast start: cannot make " + directory + ": " + e, e);
            }
        }
    }

    /** What one process is started with. */
    final class Launch {
        private final List<String> options;
        private final Path recorded;
        private final Path archive;

        private Launch(List<String> options, Path recorded, Path archive) {
            this.options = options;
            this.recorded = recorded;
            this.archive = archive;
        }

        /** For the JVM. */
        List<String> options() {
            return options;
        }

        /** The process has exited. What one that was killed has left may be half an archive. */
        void exited(int status) {
            if (recorded == null) {
                return;
            }
            recording = false;
            try {
                if (status == 0 && Files.exists(recorded)) {
                    Files.move(recorded, archive, StandardCopyOption.REPLACE_EXISTING);
                    LOG.log(Level.INFO, "fast start: workers start from {0} from now on", archive);
                }
            } catch (IOException e) {
                LOG.log(Level.WARNING, "fast start: cannot keep {0}: {1}", archive, e);
            }
        }
    }

    Launch prepare() {
        int version = directory == null ? 0 : javaVersion();
        if (version < FIRST_WITH_DYNAMIC_ARCHIVE) {
            return new Launch(List.of(), null, null);
        }
        boolean aot = version >= FIRST_WITH_AOT_CACHE;
        Path archive = directory.resolve(fingerprint(version) + (aot ? ".aot" : ".jsa"));
        if (Files.exists(archive)) {
            return new Launch(
                    List.of((aot ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive, silence(aot)), null, archive);
        }
        if (recording) {
            return new Launch(List.of(), null, null); // one is enough
        }
        recording = true;
        Path recorded = archive.resolveSibling(archive.getFileName() + ".recording");
        return new Launch(
                List.of((aot ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + recorded, silence(aot)),
                recorded,
                archive);
    }

    /** What does not fit or cannot be archived is nobody's concern. */
    private static String silence(boolean aot) {
        return aot ? "-Xlog:aot*=off" : "-Xlog:cds*=off";
    }

    /** The feature version of the JDK that the command starts, or 0 if that cannot be told. */
    private int javaVersion() {
        try {
            Path java = JavaCommand.executable(command.get(0)).toRealPath();
            Path release = java.getParent().resolveSibling("release");
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(release)) {
                properties.load(in);
            }
            String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
            return Integer.parseInt(version.split("[.+-]")[0]);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "fast start: which JDK the workers have cannot be told", e);
            return 0;
        }
    }

    private String fingerprint(int version) {
        List<String> parts = new ArrayList<>(List.of(Integer.toString(version)));
        for (String word : command) {
            parts.add(word);
            for (String element : word.split(File.pathSeparator)) {
                parts.add(sizeAndTime(element));
            }
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private static String sizeAndTime(String word) {
        try {
            Path file = Path.of(word);
            return Files.isRegularFile(file) ? Files.size(file) + " " + Files.getLastModifiedTime(file) : "";
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }
}
