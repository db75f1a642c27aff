package io.forkless.posix;

import com.sun.jna.Memory;
import io.forkless.spi.HostProcess.Peer;
import java.io.IOException;

/** Who is at the other end of a connected Unix-domain socket, as the kernel attests. */
final class PeerCredentials {
    private PeerCredentials() {}

    /** The user of this process. */
    static long ownUid() {
        return Integer.toUnsignedLong(LibC.INSTANCE.getuid());
    }

    static Peer of(String operation, NativeSocket socket) throws IOException {
        return Abi.CURRENT == Abi.MACOS ? ofMacos(operation, socket) : ofLinux(operation, socket);
    }

    /** {@code struct ucred { pid_t pid; uid_t uid; gid_t gid; }}, unix(7). */
    private static Peer ofLinux(String operation, NativeSocket socket) throws IOException {
        try (Memory ucred = new Memory(12)) {
            socket.getOption(operation, "SO_PEERCRED", Abi.CURRENT.solSocket(), Abi.LINUX_SO_PEERCRED, ucred);
            return new Peer(Integer.toUnsignedLong(ucred.getInt(4)), ucred.getInt(0));
        }
    }

    /** {@code struct xucred { u_int cr_version; uid_t cr_uid; short cr_ngroups; gid_t cr_groups[16]; }}; not tested. */
    private static Peer ofMacos(String operation, NativeSocket socket) throws IOException {
        try (Memory xucred = new Memory(76);
                Memory pid = new Memory(4)) {
            socket.getOption(operation, "LOCAL_PEERCRED", Abi.MACOS_SOL_LOCAL, Abi.MACOS_LOCAL_PEERCRED, xucred);
            socket.getOption(operation, "LOCAL_PEERPID", Abi.MACOS_SOL_LOCAL, Abi.MACOS_LOCAL_PEERPID, pid);
            return new Peer(Integer.toUnsignedLong(xucred.getInt(4)), pid.getInt(0));
        }
    }
}
