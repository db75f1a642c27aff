package io.forkless.posix;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.forkless.nio.NativeLibraries;
import java.nio.charset.StandardCharsets;

/**
 * The functions of the C library that are in use, under their C names; see the man pages of section 2. {@code size_t} and
 * {@code ssize_t} are {@code long}: 64-bit systems only.
 */
interface LibC extends Library {
    LibC INSTANCE = load();

    int socket(int domain, int type, int protocol);

    int bind(int fd, Pointer address, int addressLength);

    int listen(int fd, int backlog);

    int connect(int fd, Pointer address, int addressLength);

    int close(int fd);

    /** Variadic in C, and mapped so: on macOS arm64 variadic arguments are passed differently. */
    int fcntl(int fd, int command, Object... argument);

    int getsockopt(int fd, int level, int name, Pointer value, Pointer valueLength);

    int setsockopt(int fd, int level, int name, Pointer value, int valueLength);

    int getsockname(int fd, Pointer address, Pointer addressLength);

    long sendto(int fd, Pointer bytes, long length, int flags, Pointer address, int addressLength);

    long sendmsg(int fd, Pointer message, int flags);

    long recvmsg(int fd, Pointer message, int flags);

    /** {@code nfds_t} is an unsigned long on Linux and an unsigned int on macOS; a small positive number is both. */
    int poll(Pointer pollFds, long count, int timeoutMillis);

    int getuid();

    /** Variadic in C, as {@link #fcntl}. */
    int open(byte[] path, int flags, Object... mode);

    int dup2(int from, int to);

    int flock(int fd, int operation);

    int unlink(byte[] path);

    int chmod(byte[] path, int mode);

    int lchown(byte[] path, int owner, int group);

    /** Section 3. */
    Pointer getpwnam(byte[] name);

    /** Section 3. */
    Pointer getgrnam(byte[] name);

    int setsid();

    int getsid(int pid);

    /** Returns only if it fails. */
    int execve(byte[] path, Pointer argv, Pointer envp);

    /** Section 3; returns the error number. */
    int pthread_sigmask(int how, Pointer set, Pointer previous);

    private static LibC load() {
        NativeLibraries.unpackOutsideOfTheWorkingDirectory();
        return Native.load("c", LibC.class);
    }

    /** As the functions above take it. */
    static byte[] string(String value) {
        return (value + "\0").getBytes(StandardCharsets.UTF_8);
    }
}
