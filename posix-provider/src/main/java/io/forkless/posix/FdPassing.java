package io.forkless.posix;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One descriptor over a connected Unix-domain socket: {@code SCM_RIGHTS}, unix(7), cmsg(3). */
final class FdPassing {
    /** Room for more than the one descriptor that is expected, so that a surplus one is seen and closed, not leaked. */
    private static final int MAX_FDS = 4;

    private static final Abi ABI = Abi.CURRENT;
    private static final LibC C = LibC.INSTANCE;

    private FdPassing() {}

    /** Sends a descriptor along with one byte of data; at least one byte is needed for it to arrive (unix(7)). */
    static void send(String operation, NativeSocket over, NativeSocket descriptor) throws IOException {
        try (Memory control = new Memory(ABI.cmsgSpace(4));
                Memory data = new Memory(1);
                Memory iov = new Memory(Abi.IOVEC_SIZE);
                Memory message = message(iov, data, control)) {
            control.clear();
            data.setByte(0, (byte) 1);
            writeLength(control, 0, ABI.cmsgLen(4));
            control.setInt(ABI.cmsghdrLevel(), ABI.solSocket());
            control.setInt(ABI.cmsghdrType(), Abi.SCM_RIGHTS);
            control.setInt(ABI.cmsghdrData(), descriptor.fd());
            while (C.sendmsg(over.fd(), message, ABI.sendFlags()) < 0) {
                if (Errno.last() != Errno.EINTR) {
                    throw Errno.failure(operation, "sendmsg", Errno.last());
                }
            }
        }
    }

    /**
     * Receives exactly one descriptor, closed on exec.
     *
     * @throws IOException also when none or several arrived; those that did are closed
     */
    static NativeSocket receive(String operation, NativeSocket over) throws IOException {
        try (Memory control = new Memory(ABI.cmsgSpace(4 * MAX_FDS));
                Memory data = new Memory(1);
                Memory iov = new Memory(Abi.IOVEC_SIZE);
                Memory message = message(iov, data, control)) {
            control.clear();
            long bytes;
            while ((bytes = C.recvmsg(over.fd(), message, ABI.recvFlags())) < 0) {
                if (Errno.last() == Errno.ECONNRESET) {
                    throw refused(operation); // it hung up without having read what it was sent
                }
                if (Errno.last() != Errno.EINTR) {
                    throw Errno.failure(operation, "recvmsg", Errno.last());
                }
            }
            List<NativeSocket> received = descriptors(control, readLength(message, Abi.MSGHDR_CONTROLLEN));
            boolean truncated = (message.getInt(ABI.msghdrFlags()) & ABI.msgCtrunc()) != 0;
            if (received.size() == 1 && !truncated) {
                received.get(0).setCloseOnExec(); // for the systems without MSG_CMSG_CLOEXEC
                return received.get(0);
            }
            received.forEach(NativeSocket::close);
            if (truncated && received.isEmpty()) {
                // Linux drops what does not fit into the receiver's table and says so with MSG_CTRUNC only
                // (recvmsg(2)).
                throw new IOException(
                        operation + ": recvmsg: MSG_CTRUNC: the descriptor was lost, most likely EMFILE (24):"
                                + " this process has too many open files; raise its limit (ulimit -n)");
            }
            throw bytes == 0
                    ? refused(operation)
                    : new IOException(
                            operation + ": recvmsg: " + received.size() + " descriptors arrived in place of one");
        }
    }

    private static IOException refused(String operation) {
        return new IOException(operation + ": the process that made the ticket refused: it is stale, was used before or"
                + " was made for another process");
    }

    private static List<NativeSocket> descriptors(Memory control, long controlLength) {
        List<NativeSocket> found = new ArrayList<>();
        long header = 0;
        while (header + ABI.cmsghdrData() <= controlLength) {
            long length = readLength(control, header);
            if (length < ABI.cmsghdrData() || header + length > controlLength) {
                break;
            }
            if (control.getInt(header + ABI.cmsghdrLevel()) == ABI.solSocket()
                    && control.getInt(header + ABI.cmsghdrType()) == Abi.SCM_RIGHTS) {
                for (long at = ABI.cmsghdrData(); at + 4 <= length; at += 4) {
                    found.add(new NativeSocket(control.getInt(header + at)));
                }
            }
            header += ABI.cmsgSpace((int) length - ABI.cmsghdrData());
        }
        return found;
    }

    private static Memory message(Memory iov, Memory data, Memory control) {
        iov.setPointer(0, data);
        iov.setLong(8, data.size());
        Memory message = new Memory(ABI.msghdrSize());
        message.clear();
        message.setPointer(Abi.MSGHDR_IOV, iov);
        writeLength(message, Abi.MSGHDR_IOVLEN, 1);
        message.setPointer(Abi.MSGHDR_CONTROL, control);
        writeLength(message, Abi.MSGHDR_CONTROLLEN, control.size());
        return message;
    }

    private static void writeLength(Pointer memory, long offset, long length) {
        if (ABI.wideLengths()) {
            memory.setLong(offset, length);
        } else {
            memory.setInt(offset, (int) length);
        }
    }

    private static long readLength(Pointer memory, long offset) {
        return ABI.wideLengths() ? memory.getLong(offset) : memory.getInt(offset);
    }
}
