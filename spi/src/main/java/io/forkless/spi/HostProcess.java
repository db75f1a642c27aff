package io.forkless.spi;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * What a process can do with itself on this system, beyond what the JDK offers. Found with {@link ServiceLoader}.
 * Thread-safe.
 */
public interface HostProcess {
    /** Whether its functions are there: it is of this system, and its native code can be loaded. */
    boolean isPresent();

    /**
     * Makes this process the leader of a session of its own, without a controlling terminal; setsid(2). Neither the
     * terminal nor a signal to the caller's process group then reaches it. It does nothing if the process leads a session
     * already.
     *
     * @throws IOException with the name of the native error, as {@code EPERM} if the process leads a process group
     */
    void newSession() throws IOException;

    /**
     * Replaces the program that this process runs; execve(2). The process keeps its pid, its parent, its session, its
     * working directory and its standard streams. Every other descriptor is closed, except those that systemd has passed
     * ({@code LISTEN_FDS}, sd_listen_fds(3)). Nothing of this JVM runs any more: no {@code finally}, no shutdown hook, and
     * what is buffered is lost.
     *
     * <p>The new program starts with no signal blocked. A signal that this process handles has its default action again,
     * one that it ignores stays ignored; signal(7).
     *
     * @param command the program, as a path that is not looked up in {@code PATH}, and its arguments
     * @param environment all of the new program's; a variable whose value is that of this process is passed on byte by
     *     byte, whatever the locale
     * @throws IOException if it does not succeed, with the name of the native error; this process then goes on. Also if an
     *     argument or a variable cannot be written in the locale's encoding.
     */
    void replace(List<String> command, Map<String, String> environment) throws IOException;

    /**
     * Holds signals off from the calling thread, and from the processes that it starts meanwhile: they begin with these signals
     * blocked, as a mask of signals is inherited; pthread_sigmask(3). This process itself gets them by its other threads. A JDK 25
     * ends that in the processes that it forks.
     *
     * @param names without {@code SIG}; HUP, INT, USR1, USR2, TTIN and TTOU are known
     * @return what ends it
     * @throws IOException with the name of the native error
     */
    HeldSignals holdSignals(List<String> names) throws IOException;

    /**
     * The process at the other end of a connected Unix-domain socket, as the kernel attests it: unix(7), {@code SO_PEERCRED}.
     * On the accepting side that is the process that connected, on the connecting side the one that called listen(2). The
     * connection must not be closed during the call.
     *
     * @throws IOException if it is not a connected Unix-domain socket, or with the name of the native error
     */
    Peer peerOf(SocketChannel connection) throws IOException;

    /**
     * A process at the other end of a connection.
     *
     * @param uid the user that it ran as when it connected or called listen(2)
     * @param pid its process id, which may be another process's once it has ended
     */
    record Peer(long uid, long pid) {}

    /**
     * Makes a file the standard output and error of this process, and of the processes that it starts from now on; open(2) with
     * {@code O_APPEND}, dup2(2). What was written before stays in the previous file or pipe. May wait for the disk.
     *
     * @param file is made if it is missing; must not be a FIFO, since opening one waits for its reader
     * @throws IOException with the name of the native error
     */
    void appendOutputTo(Path file) throws IOException;

    /** Signals that are held off from a thread. */
    interface HeldSignals {
        /** Ends it, by the same thread. */
        void release();
    }

    /** The one for this system; empty on Windows, or if none can be loaded. */
    static Optional<HostProcess> find() {
        Iterator<HostProcess> found = ServiceLoader.load(HostProcess.class).iterator();
        try {
            while (found.hasNext()) {
                HostProcess candidate = found.next();
                if (candidate.isPresent()) {
                    return Optional.of(candidate);
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            System.getLogger(HostProcess.class.getName())
                    .log(System.Logger.Level.DEBUG, "what a process can do with itself cannot be loaded", e);
        }
        return Optional.empty();
    }
}
