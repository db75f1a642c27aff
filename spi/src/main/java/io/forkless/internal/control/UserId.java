package io.forkless.internal.control;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * The numbers by which a Unix system knows its users. Unlike a name, each user has one, and nothing in the environment
 * changes it.
 */
public final class UserId {
    public static final long ROOT = 0;

    /** Where there are no such numbers: Windows. */
    public static final long NONE = -1;

    private static final String ATTRIBUTE = "unix:uid";
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "Uid:";

    private static final long OURS = effective();

    private UserId() {}

    /** Whether this system has such numbers. */
    public static boolean isKnown() {
        return OURS != NONE;
    }

    /** The effective user of this process, to whom the files belong that it makes; {@link #NONE} on Windows. */
    public static long ours() {
        return OURS;
    }

    /** Whom that file, directory or link belongs to; {@link #NONE} on Windows. */
    public static long ownerOf(Path path) throws IOException {
        return isKnown() ? number(path) : NONE;
    }

    /** For a person: the name of the user whom that file belongs to, or the number of one without a name. */
    public static String nameOfOwner(Path path) throws IOException {
        return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
    }

    /** For a person. */
    public static String nameOfOurs() {
        String name = System.getProperty("user.name");
        return name.equals("?") ? Long.toString(OURS) : name; // as the JDK calls a user without a name
    }

    private static long effective() {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("unix")) {
            return NONE;
        }
        try {
            return Files.exists(STATUS) ? effectiveOf(Files.readAllLines(STATUS)) : ownerOfNewFile();
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException("cannot tell the number of the user who runs this: " + e, e);
        }
    }

    /** {@code Uid: real effective saved filesystem}; proc_pid_status(5). */
    static long effectiveOf(List<String> status) {
        String line = status.stream()
                .filter(candidate -> candidate.startsWith(FIELD))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.substring(FIELD.length()).strip().split("\\s+")[1]);
    }

    private static long ownerOfNewFile() throws IOException {
        Path probe = Files.createTempFile("forkless-", ".probe");
        try {
            return number(probe);
        } finally {
            Files.delete(probe);
        }
    }

    /** The attribute is a C {@code uid_t}, which has no sign. */
    private static long number(Path path) throws IOException {
        return Integer.toUnsignedLong((int) Files.getAttribute(path, ATTRIBUTE, LinkOption.NOFOLLOW_LINKS));
    }
}
