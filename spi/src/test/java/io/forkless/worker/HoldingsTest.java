package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.BoundAddress;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private static final ProcessHandle SUPERVISOR = ProcessHandle.current();

    private final Holdings holdings = new Holdings();
    private final List<SharedServerSocketChannel> open = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (SharedServerSocketChannel channel : open) {
            channel.close();
        }
    }

    @Test
    void a_worker_holds_what_it_has_listened_on_until_it_is_closed() throws Exception {
        SharedServerSocketChannel one = adopt();
        SharedServerSocketChannel other = adopt();
        holdings.add("posix", one);
        holdings.add("custom", other);
        assertThat(holdings.list()).containsExactly(holding(1, "posix", one), holding(2, "custom", other));

        one.close();

        assertThat(holdings.list()).containsExactly(holding(2, "custom", other));
        assertThat(holdings.handOver(1, SUPERVISOR))
                .isEqualTo(new Refused(1, "this worker has no such listener any more"));
        holdings.add("posix", adopt());
        assertThat(holdings.list())
                .as("a number is never used again")
                .extracting(Holding::id)
                .containsExactly(2L, 3L);
    }

    @Test
    void a_copy_is_handed_over_with_a_ticket_for_that_process() throws Exception {
        holdings.add("custom", adopt());

        ControlMessage answer = holdings.handOver(1, SUPERVISOR);

        assertThat(answer).isInstanceOfSatisfying(Granted.class, granted -> {
            assertThat(granted.id()).isOne();
            assertThat(granted.ticket().provider()).isEqualTo("custom");
            assertThat(new String(granted.ticket().payload(), StandardCharsets.UTF_8))
                    .isEqualTo("for " + SUPERVISOR.pid());
        });
    }

    @Test
    void one_that_cannot_be_handed_over_is_refused_with_its_address_and_the_reason() throws Exception {
        try (SharedServerSocketChannel channel = LoopbackListener.open(ListenSpec.parse("127.0.0.1:0"))) {
            holdings.add("custom", channel);

            assertThat(holdings.handOver(1, SUPERVISOR))
                    .isEqualTo(new Refused(
                            1,
                            "hand over " + BoundAddress.text(channel.getLocalAddress()) + ": hand-off to pid "
                                    + SUPERVISOR.pid() + ": a LoopbackListener cannot be handed over to a supervisor"));
        }
    }

    private SharedServerSocketChannel adopt() throws IOException {
        SharedServerSocketChannel channel = new HandOverProvider().adopt(new byte[0]);
        open.add(channel);
        return channel;
    }

    private static Holding holding(long id, String provider, SharedServerSocketChannel channel) throws IOException {
        return new Holding(id, provider, BoundAddress.text(channel.getLocalAddress()));
    }
}
