package io.forkless.posix;

import com.sun.jna.Memory;
import com.sun.jna.Platform;
import io.forkless.spi.HostProcess;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** setsid(2), execve(2), dup2(2), pthread_sigmask(3) and {@code SO_PEERCRED}. Linux; macOS not tested. */
public final class PosixHostProcess implements HostProcess {
    /** {@code asm-generic/signal.h}; macOS {@code sys/signal.h}. */
    private static final Map<String, Integer> SIGNALS = Map.of(
            "HUP", 1,
            "INT", 2,
            "USR1", Platform.isMac() ? 30 : 10,
            "USR2", Platform.isMac() ? 31 : 12,
            "TTIN", 21,
            "TTOU", 22);

    /** {@code asm-generic/signal-defs.h}; macOS {@code sys/signal.h}. */
    private static final int SIG_BLOCK = Platform.isMac() ? 1 : 0;

    private static final int SIG_SETMASK = Platform.isMac() ? 3 : 2;

    /** Not smaller than {@code sigset_t} anywhere: glibc and musl have 128 bytes, macOS 4. */
    private static final int SIGNAL_SET_BYTES = 128;

    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;
    private static final int STANDARD_STREAMS = 3;

    /** The mode of a new file, less the umask. */
    private static final int FILE_MODE = 0666;

    /** A link to {@code /proc/self/fd} on Linux, a file system of its own on macOS. */
    private static final Path DESCRIPTORS = Path.of("/dev/fd");

    @Override
    public boolean isPresent() {
        if (!Platform.isLinux() && !Platform.isMac()) {
            return false;
        }
        try {
            LibC.INSTANCE.getuid();
            return true;
        } catch (LinkageError e) {
            return false; // JNA cannot unpack or load its library
        }
    }

    @Override
    public void newSession() throws IOException {
        if (LibC.INSTANCE.getsid(0) == ProcessHandle.current().pid()) {
            return;
        }
        if (LibC.INSTANCE.setsid() < 0) {
            throw Errno.failure("new session", "setsid", Errno.last(), "this process leads a process group");
        }
    }

    @Override
    public void replace(List<String> command, Map<String, String> environment) throws IOException {
        String operation = "replace this process by " + command.get(0);
        try (CStrings strings = new CStrings(operation);
                Memory none = new Memory(SIGNAL_SET_BYTES);
                Memory previous = new Memory(SIGNAL_SET_BYTES)) {
            for (String word : command) {
                strings.argument(word);
            }
            strings.environment(environment);
            closeOnExec(PassedDescriptors.count(System.getenv("LISTEN_FDS")).orElse(0));
            // A thread of a JVM blocks QUIT, which the next one needs for its thread dumps; a mask survives exec.
            none.clear();
            LibC.INSTANCE.pthread_sigmask(SIG_SETMASK, none, previous);
            LibC.INSTANCE.execve(strings.path(), strings.arguments(), strings.environment());
            int errno = Errno.last();
            LibC.INSTANCE.pthread_sigmask(SIG_SETMASK, previous, null);
            throw Errno.failure(operation, "execve", errno, null);
        }
    }

    @Override
    public HeldSignals holdSignals(List<String> names) throws IOException {
        try (Memory held = new Memory(SIGNAL_SET_BYTES)) {
            Memory previous = new Memory(SIGNAL_SET_BYTES);
            held.clear();
            for (String name : names) {
                int bit = SIGNALS.get(name) - 1;
                held.setByte(bit / 8, (byte) (held.getByte(bit / 8) | 1 << bit % 8)); // both systems are little-endian
            }
            int errno = LibC.INSTANCE.pthread_sigmask(SIG_BLOCK, held, previous);
            if (errno != 0) {
                previous.close();
                throw Errno.failure("hold off " + names, "pthread_sigmask", errno, null);
            }
            return () -> {
                LibC.INSTANCE.pthread_sigmask(SIG_SETMASK, previous, null);
                previous.close();
            };
        }
    }

    @Override
    public Peer peerOf(SocketChannel connection) throws IOException {
        if (!(connection.getRemoteAddress() instanceof UnixDomainSocketAddress)) {
            throw new IOException("peer of " + connection + ": this is no connected Unix-domain socket");
        }
        return PeerCredentials.of("peer of " + connection, NativeSocket.of(connection));
    }

    @Override
    public void appendOutputTo(Path file) throws IOException {
        String operation = "append output to " + file;
        try (CStrings strings = new CStrings(operation)) {
            strings.argument(file.toString());
            int flags = Abi.O_WRONLY | Abi.O_APPEND | Abi.O_CREAT | Abi.O_CLOEXEC;
            int fd = LibC.INSTANCE.open(strings.path(), flags, FILE_MODE);
            if (fd < 0) {
                throw Errno.failure(operation, "open", Errno.last());
            }
            try {
                duplicate(operation, fd, STANDARD_OUTPUT);
                duplicate(operation, fd, STANDARD_ERROR);
            } finally {
                LibC.INSTANCE.close(fd);
            }
        }
    }

    private static void duplicate(String operation, int from, int to) throws IOException {
        if (LibC.INSTANCE.dup2(from, to) < 0) {
            throw Errno.failure(operation, "dup2", Errno.last());
        }
    }

    private static void closeOnExec(int passed) throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path path : (Iterable<Path>) descriptors::iterator) {
                int fd = Integer.parseInt(path.getFileName().toString());
                if (fd >= STANDARD_STREAMS + passed) {
                    // It fails for one that has been closed meanwhile.
                    LibC.INSTANCE.fcntl(fd, Abi.F_SETFD, Abi.FD_CLOEXEC);
                }
            }
        }
    }
}
