package io.forkless.supervisor.archive;

import io.forkless.supervisor.output.Log;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The dynamic class-data archive (JEP 350) that fits what a command would run now: the JDK, the command line, and the sizes and times of the files that
 * it names. It need not exist. Its name has three parts: one stands for the command and the working directory, so that outdated
 * archives of the same command are known, one for the rest of the above, and one for the archive's own bytes.
 */
record ClassArchive(Path directory, String commandHash, String contentHash) {
    private static final String SUFFIX = ".jsa";

    /** What does not fit or cannot be archived is nobody's concern. */
    private static final String SILENCE = "-Xlog:cds*=off";

    private static final int HASH_BYTES = 8;
    private static final String RECORDING = ".recording";
    private static final Pattern RECORDED_BY = Pattern.compile("(\\d{1,18})" + Pattern.quote(RECORDING));

    /**
     * Empty if none can be told.
     *
     * @param identity tells this command from others
     * @param command names the files whose content counts
     * @param workingDirectory in which the command runs
     */
    static Optional<ClassArchive> of(
            Path directory, List<String> identity, List<String> command, Path workingDirectory) {
        try {
            Path java = JavaCommand.executable(command.get(0), workingDirectory)
                    .orElseThrow()
                    .toRealPath();
            Path release = java.getParent().resolveSibling("release");
            List<String> where = new ArrayList<>(identity);
            where.add(workingDirectory.toString());
            List<String> content = new ArrayList<>(List.of(java.toString(), sizeAndTime(release)));
            for (String word : command) {
                String names = word.startsWith("@") ? word.substring(1) : word; // a file of arguments
                for (String element : names.split(File.pathSeparator)) {
                    content.add(sizeAndTime(element, workingDirectory));
                }
            }
            return Optional.of(new ClassArchive(directory, hash(where), hash(content)));
        } catch (IOException | RuntimeException e) {
            Log.supervisor().log(System.Logger.Level.DEBUG, "fast start: which JDK the workers have cannot be told", e);
            return Optional.empty();
        }
    }

    /** The archive, if there is one; its name tells what it must be like. */
    Optional<Path> find() throws IOException {
        try (DirectoryStream<Path> archives = Files.newDirectoryStream(directory, prefix() + "*" + SUFFIX)) {
            Iterator<Path> found = archives.iterator();
            return found.hasNext() ? Optional.of(found.next()) : Optional.empty();
        }
    }

    /** Whether the file is as it was written. A JVM does not look: it crashes when it comes to what is missing. */
    boolean isWhole(Path archive) throws IOException {
        return archive.equals(nameFor(archive));
    }

    /** Where this supervisor's worker writes it: what another one writes at the same time is no concern of ours. */
    Path recording() {
        return directory.resolve(prefix() + ProcessHandle.current().pid() + RECORDING);
    }

    /** Puts the recording in place of all that the same command had before. */
    Path keepRecording() throws IOException {
        Path kept = nameFor(recording());
        Files.move(recording(), kept, StandardCopyOption.REPLACE_EXISTING);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, commandHash + "-*")) {
            for (Path file : files) {
                if (!file.equals(kept) && !isBeingWritten(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return kept;
    }

    /** Whether it is the recording of another supervisor that lives. */
    private static boolean isBeingWritten(Path file) {
        Matcher recorded = RECORDED_BY.matcher(file.getFileName().toString());
        return recorded.find()
                && ProcessHandle.of(Long.parseLong(recorded.group(1))).isPresent();
    }

    void removeRecording() throws IOException {
        Files.deleteIfExists(recording());
    }

    List<String> optionsToUse(Path archive) {
        return List.of("-XX:SharedArchiveFile=" + archive, SILENCE);
    }

    List<String> optionsToRecord() {
        return List.of("-XX:ArchiveClassesAtExit=" + recording(), SILENCE);
    }

    private Path nameFor(Path content) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(content)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                checksum.update(buffer, 0, count);
            }
        }
        return directory.resolve(prefix() + Long.toHexString(checksum.getValue()) + SUFFIX);
    }

    private String prefix() {
        return commandHash + "-" + contentHash + "-";
    }

    private static String sizeAndTime(String word, Path workingDirectory) {
        try {
            return sizeAndTime(workingDirectory.resolve(word));
        } catch (InvalidPathException e) {
            return "";
        }
    }

    private static String sizeAndTime(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) + " " + Files.getLastModifiedTime(file) : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static String hash(List<String> words) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(String.join("\n", words).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
