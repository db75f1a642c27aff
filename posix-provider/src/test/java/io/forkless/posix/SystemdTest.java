package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.jna.Memory;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.ServiceManager.State;
import io.forkless.spi.SharedListener;
import io.forkless.testing.LinuxProc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** This process in the place of a service; the test in the place of systemd. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "systemd is of Linux")
class SystemdTest {
    private static final String OURS = Long.toString(ProcessHandle.current().pid());

    /** Nobody else has descriptors as high as that. */
    private static final int FIRST = 900;

    private static final int CLOCK_MONOTONIC = 1;

    @TempDir
    Path directory;

    private NativeSocket receiver;

    @AfterEach
    void close_the_receiver() {
        if (receiver != null) {
            receiver.close();
        }
    }

    @Test
    void each_state_is_told_in_the_words_of_sd_notify() throws Exception {
        Systemd systemd = notifying(directory.resolve("notify").toString());
        assertThat(systemd.isPresent()).isTrue();

        systemd.notify(State.READY, "4 workers serve");
        assertThat(received()).isEqualTo("READY=1\nMAINPID=" + OURS + "\nSTATUS=4 workers serve");
        systemd.notify(State.STOPPING, "draining");
        assertThat(received()).isEqualTo("STOPPING=1\nSTATUS=draining");
        systemd.notify(State.ALIVE, "");
        assertThat(received()).isEqualTo("WATCHDOG=1");
    }

    @Test
    void the_successor_is_told_as_the_main_process() throws Exception {
        notifying(directory.resolve("notify").toString()).successor(4711);
        assertThat(received()).isEqualTo("MAINPID=4711");
        systemd(Map.of()).successor(4711); // nobody wants to know
    }

    @Test
    void a_reload_has_the_time_of_the_clock_that_systemd_looks_at() throws Exception {
        Systemd systemd = notifying(directory.resolve("notify").toString());
        long before = monotonicMicros();
        systemd.notify(State.RELOADING, "restarting");
        long after = monotonicMicros();
        String message = received();
        assertThat(message).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=restarting");
        assertThat(Long.parseLong(message.replaceAll("(?s).*_USEC=(\\d+).*", "$1")))
                .isBetween(before, after);
    }

    @Test
    void an_abstract_address_is_understood() throws Exception {
        notifying("@forkless-" + UUID.randomUUID()).notify(State.ALIVE, "");
        assertThat(received()).isEqualTo("WATCHDOG=1");
    }

    @Test
    void details_cannot_add_an_assignment() throws Exception {
        notifying(directory.resolve("notify").toString()).notify(State.READY, "worker said\nMAINPID=1\r\nno");
        assertThat(received()).endsWith("\nSTATUS=worker said MAINPID=1 no");
    }

    @Test
    void a_receiver_that_is_missing_or_gone_is_named() throws Exception {
        String missing = directory.resolve("missing").toString();
        assertThatIOException()
                .isThrownBy(() -> systemd(Map.of("NOTIFY_SOCKET", missing)).notify(State.READY, ""))
                .withMessage("notify systemd at " + missing + ": sendto: ENOENT (2): nobody receives there");

        String gone = directory.resolve("gone").toString();
        Systemd systemd = notifying(gone);
        close_the_receiver();
        receiver = null;
        assertThatIOException()
                .isThrownBy(() -> systemd.notify(State.READY, ""))
                .withMessage("notify systemd at " + gone + ": sendto: ECONNREFUSED (111): nobody receives there");
    }

    @Test
    void a_receiver_that_does_not_read_keeps_nobody_waiting() throws Exception {
        Systemd systemd = notifying(directory.resolve("notify").toString());
        assertThatIOException()
                .isThrownBy(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        systemd.notify(State.ALIVE, "");
                    }
                })
                .withMessageEndingWith("sendto: EAGAIN (11)");
    }

    @Test
    void an_address_of_another_kind_is_named() {
        assertThatIOException()
                .isThrownBy(
                        () -> systemd(Map.of("NOTIFY_SOCKET", "vsock:2:1234")).notify(State.READY, ""))
                .withMessage("notify systemd at vsock:2:1234: neither a path nor an abstract address");
    }

    @Test
    void without_systemd_nothing_is_told_or_taken() throws Exception {
        for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("NOTIFY_SOCKET", ""))) {
            Systemd systemd = systemd(environment);
            assertThat(systemd.isPresent()).isFalse();
            systemd.notify(State.READY, "");
            assertThat(systemd.watchdogInterval()).isEmpty();
            assertThat(systemd.takeListeners()).isEmpty();
        }
    }

    @Test
    void listeners_are_taken_once_and_made_fit_for_sharing() throws Exception {
        Systemd systemd = listening("2");
        NativeSocket original = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        NativeSocket other = ListeningSocket.open(
                ListenSpec.unix(directory.resolve("listener").toString()));
        TestLibC.INSTANCE.dup2(original.fd(), FIRST); // without FD_CLOEXEC, as systemd hands it off
        TestLibC.INSTANCE.dup2(other.fd(), FIRST + 1);
        other.close();
        TestLibC.INSTANCE.fcntl(FIRST, Abi.F_SETFL, Abi.LINUX_O_NONBLOCK);

        assertThat(systemd.isPresent()).isTrue();
        List<SharedListener> listeners = systemd.takeListeners();
        original.close();
        assertThat(listeners).hasSize(2);
        InetSocketAddress address = (InetSocketAddress) listeners.get(0).localAddress();
        assertThat(listeners.get(1).localAddress())
                .hasToString(directory.resolve("listener").toString());
        assertThat(LinuxProc.flagsOf(address, ProcessHandle.current().pid()))
                .singleElement()
                .satisfies(flags -> assertThat(flags & LinuxProc.O_CLOEXEC).isNotZero())
                .satisfies(flags -> assertThat(flags & Abi.LINUX_O_NONBLOCK).isZero());
        assertThat(systemd.takeListeners()).isEmpty();
        assertThat(listening("2").takeListeners()).isEmpty();

        for (SharedListener listener : listeners) {
            Quiescence end = listener.quiesce(Duration.ZERO);
            assertThat(end.closed() && end.empty()).as("its queue is systemd's").isTrue();
            listener.close();
        }
        assertThat(directory.resolve("listener")).as("the path is systemd's").exists();
    }

    @Test
    void descriptors_for_another_process_are_left_alone() throws Exception {
        Systemd systemd = systemd(Map.of("LISTEN_PID", "1" + OURS, "LISTEN_FDS", "1"));
        assertThat(systemd.isPresent()).isFalse();
        assertThat(systemd.takeListeners()).isEmpty();
    }

    @Test
    void sockets_that_are_open_here_and_meant_for_another_process_are_out_of_reach() throws Exception {
        int first = FIRST + 40;
        Map<String, String> environment = Map.of("LISTEN_PID", "1" + OURS, "LISTEN_FDS", "1");
        Systemd systemd = new Systemd(environment, first);
        assertThat(systemd.outOfReach()).as("they are not open").isEmpty();
        NativeSocket listener = ListeningSocket.open(ListenSpec.tcp("127.0.0.1", 0));
        TestLibC.INSTANCE.dup2(listener.fd(), first);
        listener.close();
        try {
            assertThat(systemd.outOfReach().orElseThrow())
                    .startsWith("the sockets that systemd has opened (LISTEN_FDS) are meant for the process 1" + OURS)
                    .contains(" and not for this one (" + OURS + ")")
                    .contains("put 'exec' before");
            Map<String, String> ours = Map.of("LISTEN_PID", OURS, "LISTEN_FDS", "1");
            assertThat(new Systemd(ours, first).outOfReach()).isEmpty();
            for (String count : List.of("", "0", "x")) {
                assertThat(new Systemd(Map.of("LISTEN_PID", "1", "LISTEN_FDS", count), first).outOfReach())
                        .isEmpty();
            }
        } finally {
            new NativeSocket(first).close();
        }
    }

    @ParameterizedTest
    @CsvSource({"3000000,,3000", "3000000,ours,3000", "3000000,1,", "junk,,", "-5,,", "'',,"})
    void the_watchdog_is_asked_for_by_time_and_process(String micros, String pid, Long millis) {
        Map<String, String> environment = pid == null
                ? Map.of("WATCHDOG_USEC", micros)
                : Map.of("WATCHDOG_USEC", micros, "WATCHDOG_PID", pid.replace("ours", OURS));
        assertThat(systemd(environment)
                        .watchdogInterval()
                        .map(Duration::toMillis)
                        .orElse(null))
                .isEqualTo(millis);
    }

    private static Systemd systemd(Map<String, String> environment) {
        return new Systemd(environment, FIRST + 30);
    }

    private static Systemd listening(String count) {
        return new Systemd(Map.of("LISTEN_PID", OURS, "LISTEN_FDS", count), FIRST);
    }

    /** With a receiver at that address. */
    private Systemd notifying(String address) throws IOException {
        receiver = NativeSocket.unbound("test", Abi.AF_UNIX, Abi.SOCK_DGRAM);
        byte[] name = address.replaceFirst("^@", "\0").getBytes(StandardCharsets.UTF_8);
        try (Memory native_ = new Memory(2 + name.length)) {
            native_.setShort(0, (short) Abi.AF_UNIX);
            native_.write(2, name, 0, name.length);
            assertThat(LibC.INSTANCE.bind(receiver.fd(), native_, (int) native_.size()))
                    .isZero();
        }
        return systemd(Map.of("NOTIFY_SOCKET", address));
    }

    private String received() throws IOException {
        assertThat(receiver.awaitReadable(10_000)).isTrue();
        byte[] bytes = new byte[1000];
        int length = (int) TestLibC.INSTANCE.recv(receiver.fd(), bytes, bytes.length, 0);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static long monotonicMicros() {
        long[] time = new long[2];
        assertThat(TestLibC.INSTANCE.clock_gettime(CLOCK_MONOTONIC, time)).isZero();
        return time[0] * 1_000_000 + time[1] / 1000;
    }
}
