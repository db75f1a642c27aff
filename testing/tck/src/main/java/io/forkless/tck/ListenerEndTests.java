package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a listener ends. */
abstract class ListenerEndTests extends ContractTests {
    ListenerEndTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @Test
    @Checks(Clause.CLOSED_LISTENER)
    void a_closed_listener_makes_no_ticket_and_can_be_closed_again() throws IOException {
        SharedListener listener = listen();
        listener.close();

        assertThatIOException().isThrownBy(() -> listener.ticketFor(SELF));
        assertThatIOException().isThrownBy(() -> listener.quiesce(Duration.ofSeconds(1)));
        listener.close();
    }

    @Test
    @Checks(Clause.CLOSED_LISTENER)
    void a_listener_that_was_left_makes_no_ticket_either() throws IOException {
        SharedListener listener = listen();
        listener.leave();

        assertThatIOException().isThrownBy(() -> listener.ticketFor(SELF));
    }

    @Test
    @Checks(Clause.QUIESCE)
    void quiesce_gives_up_at_the_limit_when_nobody_accepts_what_is_queued() throws Exception {
        SharedListener listener = listen();
        closeLater(Client.connect(listener.localAddress()));
        Duration limit = Duration.ofMillis(300);
        long begin = System.nanoTime();

        assertThat(listener.quiesce(limit).empty()).isFalse();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(limit, limit.plus(PATIENCE));
    }

    @Test
    @Checks(Clause.QUIESCE)
    void quiesce_does_not_wait_for_the_limit_when_nothing_is_queued() throws Exception {
        SharedListener listener = listen();
        long begin = System.nanoTime();

        assertThat(listener.quiesce(Duration.ofMinutes(2)).empty()).isTrue();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    @Checks(Clause.QUIESCE)
    void what_is_queued_when_quiesce_begins_is_accepted() throws Exception {
        SharedListener listener = listen();
        SharedServerSocketChannel channel = adopt(listener);
        List<Client> clients = Client.connectMany(listener.localAddress(), 20);
        clients.forEach(this::closeLater);
        FutureTask<Quiescence> quiesce = start(() -> listener.quiesce(PATIENCE));
        for (Client client : clients) {
            client.send("x");
            SocketChannel accepted = closeLater(channel.accept());
            assertThat(accepted.isConnected()).isTrue();
        }

        Quiescence end = quiesce.get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(end.empty()).isTrue();
    }

    @Test
    @Checks(Clause.QUIESCE)
    void a_listener_that_says_it_is_closed_lets_nobody_else_queue() throws Exception {
        SharedListener listener = listen();

        Quiescence end = listener.quiesce(PATIENCE);

        assertThat(end.reason()).isNotBlank();
        assertThat(end.closed() && Client.connects(listener.localAddress(), Duration.ofMillis(500)))
                .isFalse();
    }
}
