package io.forkless.supervisor.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.TcpListenSpec;
import io.forkless.supervisor.CapturedLog;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the outcome of each listener's end means for that of all. */
class ListenersTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final Quiescence CLOSED = new Quiescence(true, true, "by magic");
    private static final Quiescence OPEN = new Quiescence(false, true, "no magic");

    private final CapturedLog log = new CapturedLog();
    private final Deque<Callable<Quiescence>> outcomes = new ArrayDeque<>();
    private final List<ListenSpec> quiesced = new ArrayList<>();
    private Scoreboard scoreboard;

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    @BeforeEach
    void create() throws IOException {
        scoreboard = Scoreboard.create(directory.resolve(Scoreboard.FILE));
    }

    @AfterEach
    void close() throws IOException {
        scoreboard.close();
        log.close();
    }

    @Test
    void the_workers_may_go_all_at_once_if_every_listener_is_closed_to_new_clients() throws Exception {
        assertThat(quiesce(() -> CLOSED, () -> CLOSED)).isTrue();
        assertThat(log.lines()).contains("INFO stopping to listen on 127.0.0.1:1: by magic");
    }

    @Test
    void one_that_is_not_is_enough_for_the_workers_to_go_one_after_the_other() throws Exception {
        assertThat(quiesce(() -> OPEN, () -> CLOSED)).isFalse();
        assertThat(quiesced).hasSize(2);
        assertThat(log.lines())
                .contains("INFO stopping to listen on 127.0.0.1:1: no magic; so the workers drain one after the other");
    }

    @Test
    void one_that_fails_is_not_closed_and_does_not_keep_the_others_from_it() throws Exception {
        assertThat(quiesce(
                        () -> {
                            throw new IOException("EIO");
                        },
                        () -> {
                            throw new IllegalStateException("a defect");
                        },
                        () -> CLOSED))
                .isFalse();
        assertThat(quiesced).hasSize(3);
        assertThat(log.lines())
                .contains(
                        "WARNING 127.0.0.1:1: queued connections may be reset: EIO",
                        "WARNING 127.0.0.1:2: queued connections may be reset: java.lang.IllegalStateException: a defect");
    }

    @Test
    void what_is_still_queued_is_told() throws Exception {
        assertThat(quiesce(() -> new Quiescence(true, false, "by magic"))).isTrue();
        assertThat(log.lines()).contains("WARNING 127.0.0.1:1: connections are still queued; they will be reset");
    }

    @Test
    void if_the_workers_cannot_be_told_before_nothing_is_quiesced() throws Exception {
        scoreboard.close();
        assertThat(quiesce(() -> CLOSED)).isFalse();
        assertThat(quiesced).isEmpty();
    }

    @Test
    void a_ticket_bears_the_name_of_the_provider_that_redeems_it() throws Exception {
        ListenSpec opened = ListenSpec.tcp("127.0.0.1", 1);
        ListenSpec inherited = ListenSpec.tcp("127.0.0.1", 2);
        outcomes.add(() -> CLOSED);
        try (Listeners listeners = new Listeners(new Provider())) {
            listeners.open(opened);
            listeners.add(new ServiceManagers.Inherited("another", new Listener(inherited, () -> CLOSED)));

            Ticket ticket = listeners.ticketFor(opened, ProcessHandle.current());
            assertThat(ticket.provider()).isEqualTo("scripted");
            assertThat(ticket.payload()).containsExactly(1);
            assertThat(listeners.ticketFor(inherited, ProcessHandle.current()).provider())
                    .isEqualTo("another");
        }
    }

    /** Of as many listeners. */
    @SafeVarargs
    private boolean quiesce(Callable<Quiescence>... ends) throws Exception {
        try (Listeners listeners = new Listeners(new Provider())) {
            for (int i = 0; i < ends.length; i++) {
                outcomes.add(ends[i]);
                listeners.open(ListenSpec.tcp("127.0.0.1", i + 1));
            }
            return listeners.quiesce(scoreboard, LIMIT);
        }
    }

    private final class Provider implements ListenerProvider {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Fitness check() {
            return Fitness.fits("a test's");
        }

        @Override
        public SharedListener listen(ListenSpec spec) {
            return new Listener(spec, outcomes.remove());
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Listener implements SharedListener {
        private final ListenSpec spec;
        private final Callable<Quiescence> end;

        Listener(ListenSpec spec, Callable<Quiescence> end) {
            this.spec = spec;
            this.end = end;
        }

        @Override
        public SocketAddress localAddress() {
            TcpListenSpec tcp = (TcpListenSpec) spec;
            return new InetSocketAddress(tcp.host(), tcp.port());
        }

        @Override
        public byte[] ticketFor(ProcessHandle worker) {
            return new byte[] {(byte) ((TcpListenSpec) spec).port()};
        }

        @Override
        public Quiescence quiesce(Duration limit) throws IOException {
            quiesced.add(spec);
            try {
                return end.call();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            // it is nothing
        }
    }
}
