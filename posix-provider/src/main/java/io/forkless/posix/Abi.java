package io.forkless.posix;

import com.sun.jna.Platform;

/**
 * The constants and structure offsets that differ between the systems; 64-bit ABIs.
 *
 * <p>Linux: {@code asm-generic/socket.h}, {@code bits/socket.h}, {@code netinet/in.h}. macOS: {@code sys/socket.h},
 * {@code sys/un.h}, {@code netinet6/in6.h} of the SDK; <b>the macOS column has not been tested</b>.
 *
 * <pre>
 * struct msghdr  { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; (size_t | int) msg_iovlen;
 *                  void *msg_control; (size_t | socklen_t) msg_controllen; int msg_flags; };
 * struct iovec   { void *iov_base; size_t iov_len; };
 * struct cmsghdr { (size_t | socklen_t) cmsg_len; int cmsg_level; int cmsg_type; };  data follows, aligned
 * struct pollfd  { int fd; short events; short revents; };
 * </pre>
 */
record Abi(
        int afInet6,
        int solSocket,
        int soReuseAddr,
        int soType,
        int soAcceptConn,
        int ipv6V6Only,
        int ipMinTtl,
        int ipv6MinHopCount,
        int msgCtrunc,
        int recvFlags,
        int sendFlags,
        int msghdrSize,
        int msghdrFlags,
        int cmsghdrLevel,
        int cmsghdrType,
        int cmsghdrData,
        boolean wideLengths,
        boolean addressHasLength,
        int unixPathBytes) {

    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int IPPROTO_IP = 0;
    static final int IPPROTO_IPV6 = 41;
    static final int SCM_RIGHTS = 1;
    static final int F_GETFD = 1;
    static final int F_SETFD = 2;
    static final int F_GETFL = 3;
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int LOCK_EX = 2;
    static final int LOCK_NB = 4;
    static final int F_SETFL = 4;
    static final int FD_CLOEXEC = 1;
    static final short POLLIN = 1;

    /** An option that the system does not have: setsockopt(2) then says ENOPROTOOPT. */
    static final int NO_OPTION = -1;

    /** Linux only, {@code asm-generic/socket.h}; socket(7), unix(7). */
    static final int LINUX_SO_PEERCRED = 17;

    /** {@code asm-generic/fcntl.h} and {@code bits/socket.h}. */
    static final int LINUX_O_NONBLOCK = 0x800;

    static final int LINUX_MSG_DONTWAIT = 0x40;

    /** macOS only, {@code sys/un.h}: options of level {@code SOL_LOCAL}. */
    static final int MACOS_SOL_LOCAL = 0;

    static final int MACOS_LOCAL_PEERCRED = 1;
    static final int MACOS_LOCAL_PEERPID = 2;

    /** {@code asm-generic/fcntl.h}; macOS {@code sys/fcntl.h}. */
    static final int O_CREAT = Platform.isMac() ? 0x200 : 0x40;

    static final int O_APPEND = Platform.isMac() ? 0x8 : 0x400;
    static final int O_CLOEXEC = Platform.isMac() ? 0x1000000 : 0x80000;

    /** The same on both. */
    static final int MSGHDR_IOV = 16;

    static final int MSGHDR_IOVLEN = 24;
    static final int MSGHDR_CONTROL = 32;
    static final int MSGHDR_CONTROLLEN = 40;
    static final int IOVEC_SIZE = 16;
    static final int POLLFD_SIZE = 8;

    static final Abi LINUX = new Abi(
            10, // AF_INET6
            1, // SOL_SOCKET
            2, // SO_REUSEADDR
            3, // SO_TYPE
            30, // SO_ACCEPTCONN
            26, // IPV6_V6ONLY
            21, // IP_MINTTL
            73, // IPV6_MINHOPCOUNT
            0x08, // MSG_CTRUNC
            0x40000000, // MSG_CMSG_CLOEXEC
            0x4000, // MSG_NOSIGNAL
            56,
            48,
            8,
            12,
            16,
            true,
            false,
            108);

    static final Abi MACOS = new Abi(
            30, // AF_INET6
            0xffff, // SOL_SOCKET
            0x0004, // SO_REUSEADDR
            0x1008, // SO_TYPE
            0x0002, // SO_ACCEPTCONN
            27, // IPV6_V6ONLY
            NO_OPTION, // there is no IP_MINTTL
            NO_OPTION, // nor an IPV6_MINHOPCOUNT
            0x20, // MSG_CTRUNC
            0, // there is no MSG_CMSG_CLOEXEC
            0, // there is no MSG_NOSIGNAL; the JVM ignores SIGPIPE
            48, 44, 4, 8, 12, false, true, 104);

    static final Abi CURRENT = Platform.isMac() ? MACOS : LINUX;

    /** {@code CMSG_LEN}: header and data without trailing padding. */
    int cmsgLen(int dataBytes) {
        return cmsghdrData + dataBytes;
    }

    /** {@code CMSG_SPACE}: header and data with padding to the next header. */
    int cmsgSpace(int dataBytes) {
        int alignment = wideLengths ? 8 : 4;
        return (cmsgLen(dataBytes) + alignment - 1) / alignment * alignment;
    }
}
