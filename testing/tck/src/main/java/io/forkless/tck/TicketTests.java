package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a ticket is good for. */
abstract class TicketTests extends ContractTests {
    TicketTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @Test
    @Checks(Clause.TICKET_ONCE)
    void a_ticket_works_once() throws IOException {
        byte[] ticket = listen().ticketFor(SELF);
        provider.adopt(ticket).close();

        assertUseless(ticket);
    }

    @Test
    @Checks(Clause.TICKET_ONCE)
    void of_many_who_redeem_a_ticket_at_the_same_time_one_gets_the_listener() throws Exception {
        SharedListener listener = listen();
        for (int round = 0; round < 20; round++) {
            byte[] ticket = listener.ticketFor(SELF);
            CountDownLatch go = new CountDownLatch(1);
            List<FutureTask<SharedServerSocketChannel>> attempts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                attempts.add(start(() -> {
                    go.await();
                    return closeLater(provider.adopt(ticket));
                }));
            }
            go.countDown();

            int adopted = 0;
            for (FutureTask<SharedServerSocketChannel> attempt : attempts) {
                adopted += succeeds(attempt) ? 1 : 0;
            }

            assertThat(adopted).as("adopted in round %d", round).isOne();
        }
    }

    @Test
    @Checks(Clause.TICKET_ONCE)
    void each_of_several_tickets_works_in_any_order() throws IOException {
        SharedListener listener = listen();
        byte[] first = listener.ticketFor(SELF);
        byte[] second = listener.ticketFor(SELF);

        provider.adopt(second).close();
        provider.adopt(first).close();
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.TICKET_FOR_ONE_PROCESS)
    void another_process_is_refused_and_the_right_one_can_still_adopt() throws Exception {
        WorkerJvm other = startWorker();
        byte[] ticket = listen().ticketFor(SELF);

        assertThat(other.ask("adopt " + HexFormat.of().formatHex(ticket))).startsWith(WorkerProgram.ERROR);

        closeLater(provider.adopt(ticket));
    }

    @Test
    @Checks(Clause.TICKET_FOR_ONE_PROCESS)
    void bytes_that_are_no_ticket_are_refused() throws IOException {
        byte[] real = listen().ticketFor(SELF);
        for (int length : new int[] {0, 1, real.length - 1}) {
            assertUseless(Arrays.copyOf(real, length));
        }
        assertUseless("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertUseless(new byte[real.length]);
    }

    @Test
    @Checks(Clause.TICKET_EXPIRES)
    void a_ticket_does_not_work_after_its_time_out() throws Exception {
        byte[] ticket = listen().ticketFor(SELF);

        TimeUnit.MILLISECONDS.sleep(kit.ticketValidity().plusSeconds(1).toMillis()); // the time that is tested

        assertUseless(ticket);
    }

    @Test
    @Checks(Clause.VOID_TICKETS)
    void closing_the_listener_voids_the_tickets_that_were_not_redeemed() throws IOException {
        SharedListener listener = listen();
        ListenSpec same = specOf(listener);
        byte[] ticket = listener.ticketFor(SELF);

        listener.close();

        assertUseless(ticket);
        awaitFree(same);
    }

    private void assertUseless(byte[] ticket) {
        assertThatIOException().isThrownBy(() -> closeLater(provider.adopt(ticket)));
    }

    /** An error that is not an {@link IOException} is one of the test. */
    private static boolean succeeds(FutureTask<?> attempt) throws Exception {
        try {
            attempt.get(60, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IOException.class);
            return false;
        }
    }
}
