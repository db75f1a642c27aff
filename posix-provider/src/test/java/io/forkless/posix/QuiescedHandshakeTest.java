package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.jna.Memory;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.testing.Client;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that is half-way through its handshake when a listener is quiesced: it inherits what holds others off. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has the means")
@Tag("long")
class QuiescedHandshakeTest {
    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int NONE = 0;
    private static final int HIGHEST = 255;

    @ParameterizedTest
    @CsvSource({"127.0.0.1:0, 127.0.0.1", "[::1]:0, ::1", "0, 127.0.0.1", "0, ::1"})
    void its_handshake_is_waited_for_and_its_connection_serves(String spec, String host) throws Exception {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.parse(spec));
                SharedServerSocketChannel channel = PROVIDER.adopt(listener.ticketFor(ProcessHandle.current()));
                HalfOpenClient client = new HalfOpenClient(address(listener, host))) {
            FutureTask<Quiescence> quiesce = startToQuiesce(listener, host);
            client.goOn();
            client.send(1);

            try (SocketChannel accepted = client.acceptBy(channel)) {
                assertThat(minimumTtl(accepted)).isEqualTo(NONE);
                assertThat(minimumHopCount(accepted, spec)).isEqualTo(NONE);
                assertThat(HalfOpenClient.receive(accepted)).isEqualTo(1);
                accepted.write(ByteBuffer.wrap(new byte[] {2}));
                assertThat(client.receive()).isEqualTo(2);
                client.send(3);
                assertThat(HalfOpenClient.receive(accepted)).isEqualTo(3);
            }
            Quiescence end = quiesce.get(2 * LONG.toSeconds(), TimeUnit.SECONDS);
            assertThat(end).isEqualTo(new Quiescence(true, true, MinimumTtl.MEANS));
        }
    }

    /** The comparison: it shows that the test above can fail, and that what was dropped comes again. */
    @ParameterizedTest
    @CsvSource({"127.0.0.1:0, 127.0.0.1", "[::1]:0, ::1", "0, 127.0.0.1", "0, ::1"})
    void a_worker_that_is_not_told_accepts_a_connection_that_is_deaf(String spec, String host) throws Exception {
        try (SharedListener listener = PROVIDER.listen(ListenSpec.parse(spec));
                SharedServerSocketChannel channel = PROVIDER.adopt(listener.ticketFor(ProcessHandle.current()));
                HalfOpenClient client = new HalfOpenClient(address(listener, host))) {
            channel.quiescingWhen(() -> false);
            startToQuiesce(listener, host);
            client.goOn();
            client.send(1);

            try (SocketChannel accepted = client.acceptBy(channel)) {
                assertThat(minimumTtl(accepted)).isEqualTo(HIGHEST);
                assertThat(minimumHopCount(accepted, spec)).isEqualTo(spec.startsWith("127") ? NONE : HIGHEST);
                accepted.configureBlocking(false);
                assertThat(accepted.read(ByteBuffer.allocate(1))).isZero();
                accepted.configureBlocking(true);

                ((PosixServerSocketChannel) channel).acceptedWhileQuiescing(accepted);
                assertThat(HalfOpenClient.receive(accepted)).isEqualTo(1);
            }
        }
    }

    @Test
    void one_that_does_not_end_is_not_waited_for_beyond_the_limit() throws Exception {
        Duration limit = Duration.ofMillis(300);
        try (SharedListener listener = PROVIDER.listen(ListenSpec.parse("127.0.0.1:0"));
                HalfOpenClient client = new HalfOpenClient(address(listener, "127.0.0.1"))) {
            long start = System.nanoTime();
            assertThat(listener.quiesce(limit)).isEqualTo(new Quiescence(true, true, MinimumTtl.MEANS));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(limit, limit.plusSeconds(5));
            assertThat(client).isNotNull();
        }
    }

    /** Returns when new clients are held off. */
    private static FutureTask<Quiescence> startToQuiesce(SharedListener listener, String host) throws IOException {
        FutureTask<Quiescence> quiesce = new FutureTask<>(() -> listener.quiesce(LONG));
        Thread thread = new Thread(quiesce, "quiesce");
        thread.setDaemon(true);
        thread.start();
        InetSocketAddress address = address(listener, host);
        await().until(() -> {
            try {
                new Client(address, 300).close();
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        return quiesce;
    }

    private static InetSocketAddress address(SharedListener listener, String host) {
        return new InetSocketAddress(host, ((InetSocketAddress) listener.localAddress()).getPort());
    }

    private static int minimumTtl(SocketChannel channel) throws IOException {
        return option(channel, Abi.IPPROTO_IP, Abi.CURRENT.ipMinTtl());
    }

    /** None for an IPv4 socket. */
    private static int minimumHopCount(SocketChannel channel, String spec) throws IOException {
        return spec.startsWith("127") ? NONE : option(channel, Abi.IPPROTO_IPV6, Abi.CURRENT.ipv6MinHopCount());
    }

    private static int option(SocketChannel channel, int level, int option) throws IOException {
        try (Memory value = new Memory(4)) {
            HalfOpenClient.socket(channel).getOption("test", Integer.toString(option), level, option, value);
            return value.getInt(0);
        }
    }
}
