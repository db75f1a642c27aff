package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import java.io.File;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The hand-written numbers against JNA's own layout of the C structures, and against the C compiler's headers. */
class AbiTest {
    private static final String LINUX_LAYOUT = "JNA lays the structures out as Linux has them";

    /** Its public face for {@link #offset}: JNA keeps the method protected. */
    abstract static class Struct extends Structure {
        Struct() {}

        Struct(Pointer memory) {
            super(memory);
        }

        int offset(String field) {
            return fieldOffset(field);
        }
    }

    @FieldOrder({"msg_name", "msg_namelen", "msg_iov", "msg_iovlen", "msg_control", "msg_controllen", "msg_flags"})
    public static class Msghdr extends Struct {
        public Pointer msg_name;
        public int msg_namelen;
        public Pointer msg_iov;
        public NativeLong msg_iovlen;
        public Pointer msg_control;
        public NativeLong msg_controllen;
        public int msg_flags;
    }

    @FieldOrder({"iov_base", "iov_len"})
    public static class Iovec extends Struct {
        public Pointer iov_base;
        public NativeLong iov_len;
    }

    @FieldOrder({"cmsg_len", "cmsg_level", "cmsg_type"})
    public static class Cmsghdr extends Struct {
        public NativeLong cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    @FieldOrder({"fd", "events", "revents"})
    public static class Pollfd extends Struct {
        public int fd;
        public short events;
        public short revents;
    }

    @FieldOrder({"sin_family", "sin_port", "sin_addr", "sin_zero"})
    public static class SockaddrIn extends Struct {
        public short sin_family;
        public byte[] sin_port = new byte[2];
        public byte[] sin_addr = new byte[4];
        public byte[] sin_zero = new byte[8];

        SockaddrIn(Pointer memory) {
            super(memory);
        }
    }

    @FieldOrder({"sin6_family", "sin6_port", "sin6_flowinfo", "sin6_addr", "sin6_scope_id"})
    public static class SockaddrIn6 extends Struct {
        public short sin6_family;
        public byte[] sin6_port = new byte[2];
        public int sin6_flowinfo;
        public byte[] sin6_addr = new byte[16];
        public int sin6_scope_id;

        SockaddrIn6(Pointer memory) {
            super(memory);
        }
    }

    @FieldOrder({"sun_family", "sun_path"})
    public static class SockaddrUn extends Struct {
        public short sun_family;
        public byte[] sun_path = new byte[108];
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void message_headers_are_laid_out_as_in_c() {
        Msghdr msghdr = new Msghdr();
        assertThat(Abi.LINUX.msghdrSize()).isEqualTo(msghdr.size()).isEqualTo(56);
        assertThat(Abi.MSGHDR_IOV).isEqualTo(msghdr.offset("msg_iov"));
        assertThat(Abi.MSGHDR_IOVLEN).isEqualTo(msghdr.offset("msg_iovlen"));
        assertThat(Abi.MSGHDR_CONTROL).isEqualTo(msghdr.offset("msg_control"));
        assertThat(Abi.MSGHDR_CONTROLLEN).isEqualTo(msghdr.offset("msg_controllen"));
        assertThat(Abi.LINUX.msghdrFlags()).isEqualTo(msghdr.offset("msg_flags"));
        assertThat(Abi.LINUX.wideLengths()).isEqualTo(Native.SIZE_T_SIZE == 8);

        Iovec iovec = new Iovec();
        assertThat(Abi.IOVEC_SIZE).isEqualTo(iovec.size());
        assertThat(iovec.offset("iov_len")).isEqualTo(8);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void control_messages_are_laid_out_as_in_c() {
        Cmsghdr cmsghdr = new Cmsghdr();
        assertThat(Abi.LINUX.cmsghdrLevel()).isEqualTo(cmsghdr.offset("cmsg_level"));
        assertThat(Abi.LINUX.cmsghdrType()).isEqualTo(cmsghdr.offset("cmsg_type"));
        assertThat(Abi.LINUX.cmsghdrData()).isEqualTo(cmsghdr.size());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void poll_descriptors_are_laid_out_as_in_c() {
        Pollfd pollfd = new Pollfd();
        assertThat(Abi.POLLFD_SIZE).isEqualTo(pollfd.size());
        assertThat(pollfd.offset("events")).isEqualTo(4);
        assertThat(pollfd.offset("revents")).isEqualTo(6);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void an_ipv4_address_is_encoded_as_in_c() throws IOException {
        try (Memory memory = NativeSocket.encode("test", new InetSocketAddress("192.0.2.7", 0x1234))) {
            SockaddrIn sockaddr = new SockaddrIn(memory);
            sockaddr.read();
            assertThat(memory.size()).isEqualTo(sockaddr.size()).isEqualTo(16);
            assertThat(sockaddr.sin_family).isEqualTo((short) Abi.AF_INET);
            assertThat(sockaddr.sin_port).containsExactly(0x12, 0x34);
            assertThat(sockaddr.sin_addr).containsExactly(192, 0, 2, 7);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void an_ipv6_address_is_encoded_as_in_c() throws IOException {
        byte[] ip = InetAddress.getByName("fe80::102:3").getAddress();
        InetAddress scoped = Inet6Address.getByAddress(null, ip, 5);
        try (Memory memory = NativeSocket.encode("test", new InetSocketAddress(scoped, 0x8001))) {
            SockaddrIn6 sockaddr = new SockaddrIn6(memory);
            sockaddr.read();
            assertThat(memory.size()).isEqualTo(sockaddr.size()).isEqualTo(28);
            assertThat(sockaddr.sin6_family).isEqualTo((short) Abi.LINUX.afInet6());
            assertThat(sockaddr.sin6_port).containsExactly(0x80, 0x01);
            assertThat(sockaddr.sin6_flowinfo).isZero();
            assertThat(sockaddr.sin6_addr).isEqualTo(ip);
            assertThat(sockaddr.sin6_scope_id).isEqualTo(5);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = LINUX_LAYOUT)
    void a_unix_address_is_encoded_as_in_c() throws IOException {
        SockaddrUn sockaddr = new SockaddrUn();
        assertThat(Abi.LINUX.unixPathBytes()).isEqualTo(sockaddr.sun_path.length);
        try (Memory memory = NativeSocket.encode("test", UnixDomainSocketAddress.of("/tmp/ä"))) {
            byte[] path = "/tmp/ä".getBytes(StandardCharsets.UTF_8);
            assertThat(memory.size()).isEqualTo(sockaddr.offset("sun_path") + path.length + 1);
            assertThat(memory.getShort(0)).isEqualTo((short) Abi.AF_UNIX);
            assertThat(memory.getString(sockaddr.offset("sun_path"), "UTF-8")).isEqualTo("/tmp/ä");
        }
    }

    @Test
    void control_message_lengths_are_those_of_the_macros() {
        assertThat(Abi.LINUX.cmsgLen(4)).isEqualTo(20);
        assertThat(Abi.LINUX.cmsgSpace(4)).isEqualTo(24);
        assertThat(Abi.LINUX.cmsgLen(16)).isEqualTo(32);
        assertThat(Abi.LINUX.cmsgSpace(16)).isEqualTo(32);
        assertThat(Abi.MACOS.cmsgLen(4)).isEqualTo(16);
        assertThat(Abi.MACOS.cmsgSpace(4)).isEqualTo(16);
        assertThat(Abi.MACOS.cmsgSpace(16)).isEqualTo(28);
    }

    /** These are figures of Apple's headers, not of a run on macOS. */
    @Test
    void the_macos_column_has_the_figures_of_its_headers() {
        assertThat(Abi.MACOS)
                .isEqualTo(
                        new Abi(30, 0xffff, 4, 0x1008, 2, 27, -1, -1, 0x20, 0, 0, 48, 44, 4, 8, 12, false, true, 104));
        assertThat(Abi.MACOS_SOL_LOCAL).isZero();
        assertThat(Abi.MACOS_LOCAL_PEERCRED).isEqualTo(1);
        assertThat(Abi.MACOS_LOCAL_PEERPID).isEqualTo(2);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the headers are those of Linux")
    void the_linux_column_agrees_with_the_c_compiler(@TempDir Path directory) throws Exception {
        assumeTrue(new File("/usr/bin/gcc").canExecute(), "there is no /usr/bin/gcc to read the headers with");
        Abi abi = Abi.LINUX;
        Map<String, Integer> expected = new LinkedHashMap<>();
        expected.put("AF_UNIX", Abi.AF_UNIX);
        expected.put("AF_INET", Abi.AF_INET);
        expected.put("AF_INET6", abi.afInet6());
        expected.put("SOCK_STREAM", Abi.SOCK_STREAM);
        expected.put("IPPROTO_IP", Abi.IPPROTO_IP);
        expected.put("IPPROTO_IPV6", Abi.IPPROTO_IPV6);
        expected.put("SCM_RIGHTS", Abi.SCM_RIGHTS);
        expected.put("F_SETFD", Abi.F_SETFD);
        expected.put("FD_CLOEXEC", Abi.FD_CLOEXEC);
        expected.put("F_DUPFD_CLOEXEC", 1030);
        expected.put("POLLIN", (int) Abi.POLLIN);
        expected.put("SOL_SOCKET", abi.solSocket());
        expected.put("SO_REUSEADDR", abi.soReuseAddr());
        expected.put("SO_TYPE", abi.soType());
        expected.put("SO_ACCEPTCONN", abi.soAcceptConn());
        expected.put("SO_PEERCRED", Abi.LINUX_SO_PEERCRED);
        expected.put("IPV6_V6ONLY", abi.ipv6V6Only());
        expected.put("IP_MINTTL", abi.ipMinTtl());
        expected.put("IPV6_MINHOPCOUNT", abi.ipv6MinHopCount());
        expected.put("MSG_CTRUNC", abi.msgCtrunc());
        expected.put("MSG_CMSG_CLOEXEC", abi.recvFlags());
        expected.put("MSG_NOSIGNAL", abi.sendFlags());
        expected.put("sizeof(struct msghdr)", abi.msghdrSize());
        expected.put("offsetof(struct msghdr, msg_iov)", Abi.MSGHDR_IOV);
        expected.put("offsetof(struct msghdr, msg_iovlen)", Abi.MSGHDR_IOVLEN);
        expected.put("offsetof(struct msghdr, msg_control)", Abi.MSGHDR_CONTROL);
        expected.put("offsetof(struct msghdr, msg_controllen)", Abi.MSGHDR_CONTROLLEN);
        expected.put("offsetof(struct msghdr, msg_flags)", abi.msghdrFlags());
        expected.put("sizeof(struct iovec)", Abi.IOVEC_SIZE);
        expected.put("offsetof(struct cmsghdr, cmsg_level)", abi.cmsghdrLevel());
        expected.put("offsetof(struct cmsghdr, cmsg_type)", abi.cmsghdrType());
        expected.put("CMSG_LEN(0)", abi.cmsghdrData());
        expected.put("CMSG_LEN(4)", abi.cmsgLen(4));
        expected.put("CMSG_SPACE(4)", abi.cmsgSpace(4));
        expected.put("CMSG_SPACE(8)", abi.cmsgSpace(8));
        expected.put("sizeof(((struct sockaddr_un *) 0)->sun_path)", abi.unixPathBytes());
        expected.put("sizeof(struct pollfd)", Abi.POLLFD_SIZE);
        expected.put("sizeof(struct ucred)", 12);
        expected.put("offsetof(struct ucred, pid)", 0);
        expected.put("offsetof(struct ucred, uid)", 4);
        expected.put("O_RDONLY", Abi.O_RDONLY);
        expected.put("LOCK_EX", Abi.LOCK_EX);
        expected.put("LOCK_NB", Abi.LOCK_NB);
        expected.put("offsetof(struct passwd, pw_uid)", PathAccess.ID_OFFSET);
        expected.put("offsetof(struct group, gr_gid)", PathAccess.ID_OFFSET);
        expected.put("EINTR", Errno.EINTR);
        expected.put("EACCES", Errno.EACCES);
        expected.put("EWOULDBLOCK", Errno.EAGAIN);
        expected.put("EBADF", Errno.EBADF);
        expected.put("EADDRINUSE", Errno.EADDRINUSE);
        expected.put("EAFNOSUPPORT", Errno.EAFNOSUPPORT);
        expected.put("EADDRNOTAVAIL", Errno.EADDRNOTAVAIL);
        expected.put("ECONNRESET", Errno.ECONNRESET);

        assertThat(evaluate(expected.keySet(), directory)).containsExactlyEntriesOf(expected);
    }

    private static Map<String, Integer> evaluate(Iterable<String> expressions, Path directory) throws Exception {
        StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n");
        for (String header : new String[] {
            "errno", "fcntl", "grp", "netinet/in", "poll", "pwd", "stddef", "stdio", "sys/file", "sys/socket", "sys/un"
        }) {
            source.append("#include <").append(header).append(".h>\n");
        }
        source.append("int main(void) {\n");
        for (String expression : expressions) {
            source.append(String.format("printf(\"%s=%%d\\n\", (int) (%s));%n", expression, expression));
        }
        Path file = Files.writeString(directory.resolve("numbers.c"), source + "}\n");
        Path program = directory.resolve("numbers");
        assertThat(new ProcessBuilder("gcc", "-o", program.toString(), file.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        Process run = new ProcessBuilder(program.toString()).start();
        try (var lines = run.inputReader().lines()) {
            return lines.map(line -> line.split("=(?=-?\\d+$)"))
                    .collect(Collectors.toMap(
                            pair -> pair[0], pair -> Integer.parseInt(pair[1]), (a, b) -> a, LinkedHashMap::new));
        }
    }
}
