package io.forkless.posix;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.util.Map;

/** Error numbers by name (errno(3), {@code asm-generic/errno.h}, macOS {@code sys/errno.h}) and in messages. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EBADF = 9;
    static final int EACCES = 13;
    static final int EAGAIN = Platform.isMac() ? 35 : 11;
    static final int EADDRINUSE = Platform.isMac() ? 48 : 98;
    static final int EAFNOSUPPORT = Platform.isMac() ? 47 : 97;
    static final int EADDRNOTAVAIL = Platform.isMac() ? 49 : 99;
    static final int ECONNREFUSED = Platform.isMac() ? 61 : 111;
    static final int ECONNRESET = Platform.isMac() ? 54 : 104;

    private static final Map<Integer, String> COMMON = Map.ofEntries(
            Map.entry(1, "EPERM"),
            Map.entry(2, "ENOENT"),
            Map.entry(4, "EINTR"),
            Map.entry(5, "EIO"),
            Map.entry(9, "EBADF"),
            Map.entry(12, "ENOMEM"),
            Map.entry(13, "EACCES"),
            Map.entry(14, "EFAULT"),
            Map.entry(17, "EEXIST"),
            Map.entry(20, "ENOTDIR"),
            Map.entry(21, "EISDIR"),
            Map.entry(22, "EINVAL"),
            Map.entry(23, "ENFILE"),
            Map.entry(24, "EMFILE"),
            Map.entry(28, "ENOSPC"),
            Map.entry(30, "EROFS"),
            Map.entry(32, "EPIPE"));

    private static final Map<Integer, String> LINUX = Map.ofEntries(
            Map.entry(11, "EAGAIN"),
            Map.entry(36, "ENAMETOOLONG"),
            Map.entry(37, "ENOLCK"),
            Map.entry(38, "ENOSYS"),
            Map.entry(40, "ELOOP"),
            Map.entry(88, "ENOTSOCK"),
            Map.entry(92, "ENOPROTOOPT"),
            Map.entry(93, "EPROTONOSUPPORT"),
            Map.entry(95, "EOPNOTSUPP"),
            Map.entry(97, "EAFNOSUPPORT"),
            Map.entry(98, "EADDRINUSE"),
            Map.entry(99, "EADDRNOTAVAIL"),
            Map.entry(104, "ECONNRESET"),
            Map.entry(105, "ENOBUFS"),
            Map.entry(107, "ENOTCONN"),
            Map.entry(109, "ETOOMANYREFS"),
            Map.entry(111, "ECONNREFUSED"));

    private static final Map<Integer, String> MACOS = Map.ofEntries(
            Map.entry(35, "EAGAIN"),
            Map.entry(38, "ENOTSOCK"),
            Map.entry(42, "ENOPROTOOPT"),
            Map.entry(43, "EPROTONOSUPPORT"),
            Map.entry(45, "ENOTSUP"),
            Map.entry(47, "EAFNOSUPPORT"),
            Map.entry(48, "EADDRINUSE"),
            Map.entry(49, "EADDRNOTAVAIL"),
            Map.entry(54, "ECONNRESET"),
            Map.entry(55, "ENOBUFS"),
            Map.entry(57, "ENOTCONN"),
            Map.entry(61, "ECONNREFUSED"),
            Map.entry(62, "ELOOP"),
            Map.entry(63, "ENAMETOOLONG"),
            Map.entry(77, "ENOLCK"),
            Map.entry(78, "ENOSYS"));

    private static final Map<String, String> REMEDY = Map.of(
            "EADDRINUSE", "another process listens there; stop it or choose another address",
            "EADDRNOTAVAIL", "this machine has no such address",
            "EAFNOSUPPORT", "this machine does not support that kind of address",
            "EMFILE", "this process has too many open files; raise its limit (ulimit -n)",
            "ENFILE", "the system has too many open files",
            "ENOENT", "the directory does not exist",
            "ENOTDIR", "a part of the path is not a directory",
            "EROFS", "the file system is read-only",
            "ENAMETOOLONG", "choose a shorter path");

    private Errno() {}

    /** The error of the call that this thread made last. */
    static int last() {
        return Native.getLastError();
    }

    /** For example {@code EACCES (13)}. */
    static String describe(int errno) {
        String name = COMMON.getOrDefault(errno, (Platform.isMac() ? MACOS : LINUX).get(errno));
        return name == null ? "errno " + errno : name + " (" + errno + ")";
    }

    /**
     * The exception for a failed call.
     *
     * @param operation what was attempted on what, as in {@code listen 0.0.0.0:80}
     */
    static IOException failure(String operation, String call, int errno) {
        String name = describe(errno);
        String remedy = REMEDY.get(name.split(" ")[0]);
        return failure(operation, call, errno, remedy);
    }

    static IOException failure(String operation, String call, int errno, String remedy) {
        return new IOException(
                operation + ": " + call + ": " + describe(errno) + (remedy == null ? "" : ": " + remedy));
    }
}
