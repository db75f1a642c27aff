package io.forkless.posix;

import com.sun.jna.Pointer;
import io.forkless.spi.UnixListenSpec;
import java.io.IOException;
import java.util.function.Function;

/**
 * Who may connect to a Unix-domain path: its mode, whatever the umask, its owner and its group.
 *
 * @param uid -1 leaves the owner as it is, lchown(2)
 * @param gid -1 leaves the group as it is
 */
record PathAccess(String operation, UnixListenSpec spec, int uid, int gid) {
    private static final LibC C = LibC.INSTANCE;
    private static final int UNCHANGED = -1;

    /** {@code uid_t} and {@code gid_t} are unsigned; the number after this one means {@link #UNCHANGED}. */
    private static final long HIGHEST_ID = 4_294_967_294L;

    /** Of {@code pw_uid} in {@code struct passwd} (pwd.h) and {@code gr_gid} in {@code struct group} (grp.h), after two pointers. */
    static final int ID_OFFSET = 16;

    /** @throws IOException if there is no such user or group */
    static PathAccess of(String operation, UnixListenSpec spec) throws IOException {
        return new PathAccess(
                operation,
                spec,
                id(operation, "user", spec.owner(), C::getpwnam),
                id(operation, "group", spec.group(), C::getgrnam));
    }

    /** @throws IOException naming the call, the error and what was to be set */
    void applyTo(byte[] path) throws IOException {
        if (C.chmod(path, spec.mode()) != 0) {
            throw Errno.failure(operation, "chmod 0" + Integer.toOctalString(spec.mode()), Errno.last());
        }
        boolean unchanged = uid == UNCHANGED && gid == UNCHANGED;
        if (!unchanged && C.lchown(path, uid, gid) != 0) {
            String account =
                    (spec.owner() == null ? "" : spec.owner()) + (spec.group() == null ? "" : ":" + spec.group());
            throw Errno.failure(
                    operation,
                    "chown " + account,
                    Errno.last(),
                    "only root may give a path to another user, and only a member to another group");
        }
    }

    /** The result of getpwnam(3) and getgrnam(3) is overwritten by the next call. */
    private static synchronized int id(
            String operation, String kind, String account, Function<byte[], Pointer> database) throws IOException {
        if (account == null) {
            return UNCHANGED;
        }
        Pointer entry = database.apply(LibC.string(account));
        if (entry != null) {
            return entry.getInt(ID_OFFSET);
        }
        if (account.matches("\\d{1,10}") && Long.parseLong(account) <= HIGHEST_ID) {
            return Integer.parseUnsignedInt(account);
        }
        throw new IOException(operation + ": there is no " + kind + " '" + account + "'");
    }
}
