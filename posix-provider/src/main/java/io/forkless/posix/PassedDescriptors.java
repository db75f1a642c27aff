package io.forkless.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The descriptors that {@code LISTEN_FDS} counts; sd_listen_fds(3). If the variable is wrong, this JVM has opened files of its
 * own under these numbers, such as {@code lib/modules}, and does not survive the loss of them. So all are looked at, by calls
 * that change nothing, before any is used. A socket of this JVM is not met there: {@code lib/modules}, which stays open, has
 * got the first number that was free.
 */
final class PassedDescriptors {
    private static final String REMEDY = ", or remove LISTEN_PID and LISTEN_FDS from the environment";

    private PassedDescriptors() {}

    /** What {@code LISTEN_FDS} says; empty if that is not a number, or more than a process can have open. */
    static OptionalInt count(String text) {
        return text != null && text.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /**
     * Those from the first one on, as yet untouched.
     *
     * @param text {@code LISTEN_FDS}
     * @throws IOException if it is not a number, or one of them is not a listening stream socket that was passed in
     */
    static List<NativeSocket> listening(String text, int first) throws IOException {
        OptionalInt count = count(text);
        if (count.isEmpty()) {
            throw new IOException("LISTEN_FDS=" + text + ": not a number of descriptors: set it to how many"
                    + " sockets are passed" + REMEDY);
        }
        List<NativeSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count.getAsInt(); i++) {
            NativeSocket socket = new NativeSocket(first + i);
            String other = otherThanListening(socket);
            if (other != null) {
                throw new IOException("LISTEN_FDS says " + count.getAsInt() + ", but descriptor " + socket.fd()
                        + " is not a listening stream socket that was passed (" + other
                        + "): let systemd, or whoever sets LISTEN_FDS, pass such sockets" + REMEDY);
            }
            sockets.add(socket);
        }
        return sockets;
    }

    /** What it is; {@code null} if it is as it must be. */
    private static String otherThanListening(NativeSocket socket) {
        int flags = LibC.INSTANCE.fcntl(socket.fd(), Abi.F_GETFD);
        if (flags < 0) {
            return "it is not open";
        }
        try {
            int type = socket.type(fileOf(socket));
            if (type != Abi.SOCK_STREAM) {
                return type == Abi.SOCK_DGRAM ? "a datagram socket" : "a socket of type " + type;
            }
            if (!socket.isListening("a stream socket")) {
                return "it does not listen; with systemd, Accept=no in the socket unit is needed";
            }
            if ((flags & Abi.FD_CLOEXEC) != 0) {
                return "this process has opened it itself, as it is closed on exec";
            }
            socket.requireListening("neither IP nor Unix-domain");
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** For a message; proc_pid_fd(5). */
    private static String fileOf(NativeSocket socket) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(socket.fd())))
                    .toString();
        } catch (IOException | InvalidPathException e) {
            return "another file";
        }
    }
}
