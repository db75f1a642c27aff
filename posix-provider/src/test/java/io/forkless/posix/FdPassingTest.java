package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.jna.Memory;
import io.forkless.testing.LinuxProc;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "control messages are built as Linux has them")
class FdPassingTest {
    private static final int O_RDWR = 2;
    private static final int F_GETFD = 1;

    /** The signal with which the JDK wakes threads from blocking calls: handled by an empty function. */
    private static final int JDK_WAKE_UP = 62;

    private NativeSocket here;
    private NativeSocket there;

    @BeforeEach
    void connect() {
        int[] pair = new int[2];
        assertThat(TestLibC.INSTANCE.socketpair(Abi.AF_UNIX, Abi.SOCK_STREAM, 0, pair))
                .isZero();
        here = new NativeSocket(pair[0]);
        there = new NativeSocket(pair[1]);
    }

    @AfterEach
    void disconnect() {
        here.close();
        there.close();
    }

    @Test
    void a_descriptor_arrives_closed_on_exec() throws IOException {
        NativeSocket original = devNull();
        FdPassing.send("test", here, original);

        NativeSocket received = FdPassing.receive("test", there);

        assertThat(received.fd()).isNotEqualTo(original.fd());
        assertThat(TestLibC.INSTANCE.fcntl(received.fd(), F_GETFD)).isEqualTo(Abi.FD_CLOEXEC);
        received.close();
        original.close();
    }

    @Test
    void two_descriptors_are_refused_and_closed() throws IOException {
        assertRefusedAndClosed(2, "test: recvmsg: 2 descriptors arrived in place of one");
    }

    @Test
    void more_descriptors_than_there_is_room_for_are_refused_and_closed() throws IOException {
        assertRefusedAndClosed(6, "test: recvmsg: 4 descriptors arrived in place of one"); // and MSG_CTRUNC
    }

    @Test
    void a_byte_without_a_descriptor_is_refused() {
        TestLibC.INSTANCE.write(here.fd(), new byte[1], 1);

        assertThatIOException()
                .isThrownBy(() -> FdPassing.receive("test", there))
                .withMessage("test: recvmsg: 0 descriptors arrived in place of one");
    }

    @Test
    void a_peer_that_hangs_up_has_refused() {
        here.close();

        assertThatIOException()
                .isThrownBy(() -> FdPassing.receive("test", there))
                .withMessageContaining("the process that made the ticket refused");
    }

    @Test
    void a_peer_that_hangs_up_without_reading_has_refused() {
        TestLibC.INSTANCE.write(there.fd(), new byte[32], 32);
        here.close(); // the kernel makes ECONNRESET of what was left unread

        assertThatIOException()
                .isThrownBy(() -> FdPassing.receive("test", there))
                .withMessageContaining("the process that made the ticket refused");
    }

    @Test
    void sending_to_a_peer_that_is_gone_is_reported_without_a_signal() throws IOException {
        there.close();
        NativeSocket original = devNull();

        assertThatIOException()
                .isThrownBy(() -> FdPassing.send("test", here, original))
                .withMessage("test: sendmsg: EPIPE (32)");
        original.close();
    }

    @Test
    void receiving_goes_on_after_a_signal() throws Exception {
        FutureTask<NativeSocket> receiving = new FutureTask<>(() -> FdPassing.receive("test", there));
        interruptWithSignals(receiving);
        assertThat(receiving).isNotDone();

        NativeSocket original = devNull();
        FdPassing.send("test", here, original);

        receiving.get(10, TimeUnit.SECONDS).close();
        original.close();
    }

    @Test
    void polling_goes_on_after_a_signal() throws Exception {
        FutureTask<Boolean> polling = new FutureTask<>(() -> there.awaitReadable(60_000));
        interruptWithSignals(polling);
        assertThat(polling).isNotDone();

        TestLibC.INSTANCE.write(here.fd(), new byte[1], 1);

        assertThat(polling.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void polling_ends_with_its_time_although_there_are_signals() throws Exception {
        FutureTask<Boolean> polling = new FutureTask<>(() -> there.awaitReadable(3_000));
        interruptWithSignals(polling);

        assertThat(polling.get(10, TimeUnit.SECONDS)).isFalse();
    }

    private void assertRefusedAndClosed(int count, String message) throws IOException {
        NativeSocket original = devNull();
        int before = LinuxProc.openFiles(ProcessHandle.current().pid());
        send(original, count);

        assertThatIOException()
                .isThrownBy(() -> FdPassing.receive("test", there))
                .withMessage(message);

        LinuxProc.awaitNoMoreOpenFilesThan(before);
        original.close();
    }

    /** What the product never sends: several descriptors, all in one message. */
    private void send(NativeSocket descriptor, int count) {
        int length = 16 + 4 * count;
        try (Memory control = new Memory(length + 4);
                Memory data = new Memory(1);
                Memory iov = new Memory(16);
                Memory message = new Memory(56)) {
            control.clear();
            control.setLong(0, length);
            control.setInt(8, Abi.LINUX.solSocket());
            control.setInt(12, Abi.SCM_RIGHTS);
            for (int i = 0; i < count; i++) {
                control.setInt(16 + 4 * i, descriptor.fd());
            }
            iov.setPointer(0, data);
            iov.setLong(8, 1);
            message.clear();
            message.setPointer(16, iov);
            message.setLong(24, 1);
            message.setPointer(32, control);
            message.setLong(40, length);
            assertThat(LibC.INSTANCE.sendmsg(here.fd(), message, 0)).isOne();
        }
    }

    /** Runs the task on a thread and signals that until it has been woken from its blocking call several times. */
    private static void interruptWithSignals(FutureTask<?> task) throws Exception {
        ServerSocketChannel.open().close(); // has the JDK install its handler
        assertThat(LinuxProc.catches(JDK_WAKE_UP)).isTrue();
        FutureTask<long[]> identity =
                new FutureTask<>(() -> new long[] {TestLibC.INSTANCE.pthread_self(), TestLibC.INSTANCE.gettid()});
        Thread thread = new Thread(
                () -> {
                    identity.run();
                    task.run();
                },
                "signalled");
        thread.start();
        long pthread = identity.get()[0];
        int tid = (int) identity.get()[1];
        long before = LinuxProc.sleeps(tid);
        Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> {
            assertThat(task).isNotDone();
            TestLibC.INSTANCE.pthread_kill(pthread, JDK_WAKE_UP);
            return LinuxProc.sleeps(tid) >= before + 5;
        });
    }

    private static NativeSocket devNull() {
        return new NativeSocket(TestLibC.INSTANCE.open("/dev/null", O_RDWR));
    }
}
