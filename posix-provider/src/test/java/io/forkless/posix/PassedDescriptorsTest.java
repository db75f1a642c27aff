package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What LISTEN_FDS counts is not always what was passed. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "systemd is of Linux")
class PassedDescriptorsTest {
    private static final String OURS = Long.toString(ProcessHandle.current().pid());

    /** Nobody else has descriptors as high as that. */
    private static final int FIRST = 950;

    private static final int COUNT = 2;
    private static final String REMEDY = "): let systemd, or whoever sets LISTEN_FDS, pass such sockets,"
            + " or remove LISTEN_PID and LISTEN_FDS from the environment";

    private final List<Integer> open = new ArrayList<>();

    @AfterEach
    void close_what_is_open() {
        open.forEach(fd -> new NativeSocket(fd).close());
    }

    @Test
    void a_file_is_named_and_nothing_is_touched() throws Exception {
        passListener(FIRST);
        pass(new NativeSocket(TestLibC.INSTANCE.open("/etc/passwd", 0)), FIRST + 1);
        assertRefused(FIRST + 1, "/etc/passwd: getsockopt SO_TYPE: ENOTSOCK (88)");
    }

    @Test
    void a_datagram_socket_is_told_and_nothing_is_touched() throws Exception {
        passListener(FIRST);
        pass(NativeSocket.unbound("test", Abi.AF_INET, Abi.SOCK_DGRAM), FIRST + 1);
        assertRefused(FIRST + 1, "a datagram socket");
    }

    @Test
    void a_socket_of_packets_is_told_by_its_type() throws Exception {
        pass(NativeSocket.unbound("test", Abi.AF_UNIX, 5), FIRST);
        assertRefused(FIRST, "a socket of type 5");
    }

    @Test
    void a_socket_that_does_not_listen_is_told_and_nothing_is_touched() throws Exception {
        pass(NativeSocket.unbound("test", Abi.AF_INET, Abi.SOCK_STREAM), FIRST);
        passListener(FIRST + 1);
        assertRefused(FIRST, "it does not listen; with systemd, Accept=no in the socket unit is needed");
    }

    @Test
    void a_listener_of_this_process_itself_is_left_alone() throws Exception {
        passListener(FIRST);
        passListener(FIRST + 1);
        new NativeSocket(FIRST + 1).setCloseOnExec();
        assertRefused(FIRST + 1, "this process has opened it itself, as it is closed on exec");
    }

    @Test
    void a_descriptor_that_is_not_open_is_named_each_time() throws Exception {
        passListener(FIRST);
        assertRefused(FIRST + 1, "it is not open");
        assertRefused(FIRST + 1, "it is not open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "-1", "1 ", "+1", "0x1", "1.0", "9999999999", "99999999999999999999"})
    void a_count_that_is_none_is_an_error(String count) {
        assertThatIOException()
                .isThrownBy(() -> systemd(count).takeListeners())
                .withMessage("LISTEN_FDS=" + count + ": not a number of descriptors: set it to how many"
                        + " sockets are passed, or remove LISTEN_PID and LISTEN_FDS from the environment");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "00"})
    void none_are_none(String count) throws Exception {
        assertThat(new Systemd(Map.of("LISTEN_PID", OURS, "LISTEN_FDS", count), FIRST + 20).takeListeners())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "-1", "0", "99999999999999999999"})
    void a_process_that_is_none_is_another_one(String pid) throws Exception {
        Systemd systemd = new Systemd(Map.of("LISTEN_PID", pid, "LISTEN_FDS", "1"), FIRST);
        assertThat(systemd.isPresent()).isFalse();
        assertThat(systemd.takeListeners()).isEmpty();
        assertThat(systemd.outOfReach()).isEmpty();
    }

    /** The JVM does not survive that its lib/modules is closed. */
    @ParameterizedTest
    @CsvSource({"1,3", "2,3", "999999999,3", "1,3</dev/null", "2,3</dev/null"})
    void files_of_the_jvm_are_left_alone(int count, String redirection) throws Exception {
        String command = redirection.equals("3") ? "exec \"$@\"" : "exec \"$@\" " + redirection;
        JavaProgram program =
                JavaProgram.of(Takes.class).below(List.of("sh", "-c", "export LISTEN_PID=$$; " + command, "sh"));
        try (ChildJvm jvm = ChildJvm.start(Map.of("LISTEN_FDS", Integer.toString(count)), program)) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            assertThat(jvm.output())
                    .startsWith("LISTEN_FDS says " + count
                            + ", but descriptor 3 is not a listening stream socket that was passed (/")
                    .contains(": getsockopt SO_TYPE: ENOTSOCK (88)" + REMEDY + "\n")
                    .endsWith("\nthe same\n");
        }
    }

    static final class Takes {
        public static void main(String[] arguments) throws Exception {
            List<Integer> before = flags();
            try {
                System.out.println(new Systemd().takeListeners());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            Class.forName("java.util.logging.XMLFormatter"); // from lib/modules
            System.out.println(flags().equals(before) ? "the same" : before + " have become " + flags());
        }

        private static List<Integer> flags() {
            List<Integer> flags = new ArrayList<>();
            for (int fd = 3; fd < 10; fd++) {
                flags.add(LibC.INSTANCE.fcntl(fd, Abi.F_GETFD));
                flags.add(LibC.INSTANCE.fcntl(fd, Abi.F_GETFL));
            }
            return flags;
        }
    }

    private void assertRefused(int descriptor, String reason) {
        List<Integer> before = flags();
        assertThatIOException()
                .isThrownBy(() -> systemd(Integer.toString(COUNT)).takeListeners())
                .withMessage("LISTEN_FDS says " + COUNT + ", but descriptor " + descriptor
                        + " is not a listening stream socket that was passed (" + reason + REMEDY);
        assertThat(flags()).isEqualTo(before);
    }

    /** With -1 for what is not open. */
    private static List<Integer> flags() {
        List<Integer> flags = new ArrayList<>();
        for (int fd = FIRST; fd < FIRST + COUNT; fd++) {
            flags.add(LibC.INSTANCE.fcntl(fd, Abi.F_GETFD));
            flags.add(LibC.INSTANCE.fcntl(fd, Abi.F_GETFL));
        }
        return flags;
    }

    private void passListener(int fd) throws IOException {
        NativeSocket listener = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        LibC.INSTANCE.fcntl(listener.fd(), Abi.F_SETFL, Abi.LINUX_O_NONBLOCK);
        pass(listener, fd);
    }

    /** Without FD_CLOEXEC, as systemd hands it off. */
    private void pass(NativeSocket original, int fd) {
        assertThat(TestLibC.INSTANCE.dup2(original.fd(), fd)).isEqualTo(fd);
        open.add(fd);
        original.close();
    }

    private static Systemd systemd(String count) {
        return new Systemd(Map.of("LISTEN_PID", OURS, "LISTEN_FDS", count), FIRST);
    }
}
