package io.forkless.supervisor.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.supervisor.CapturedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While a provider takes its time, or fails. */
@Timeout(60)
class SlowListenersTest {
    private static final ListenSpec SLOW = ListenSpec.tcp("127.0.0.1", StubListeners.SLOW_PORT);
    private static final ListenSpec QUICK = ListenSpec.tcp("127.0.0.1", 2);

    private final StubListeners provider = new StubListeners();
    private final Listeners listeners = new Listeners(provider);
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        provider.answering.countDown();
        listeners.close();
        log.close();
    }

    @Test
    void an_address_that_takes_long_delays_no_other_one() throws Exception {
        FutureTask<Ticket> slow = inBackground(() -> ticketFor(SLOW));
        provider.asked.await();

        ticketFor(QUICK);

        assertThat(listeners.addresses()).containsExactly(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 2));
        assertThat(slow).isNotDone();
        provider.answering.countDown();
        slow.get(30, TimeUnit.SECONDS);
        assertThat(listeners.addresses()).hasSize(2);
    }

    @Test
    void who_asks_for_an_address_that_is_being_opened_gets_the_same_listener() throws Exception {
        FutureTask<Ticket> one = inBackground(() -> ticketFor(SLOW));
        provider.asked.await();
        FutureTask<Ticket> other = inBackground(() -> ticketFor(SLOW));
        ticketFor(QUICK);
        provider.answering.countDown();
        one.get(30, TimeUnit.SECONDS);
        other.get(30, TimeUnit.SECONDS);
        assertThat(provider.opened).containsExactlyInAnyOrder(SLOW, QUICK);
    }

    @Test
    void the_end_does_not_wait_for_what_is_being_opened_which_is_closed_when_it_is_open() throws Exception {
        FutureTask<Ticket> slow = inBackground(() -> ticketFor(SLOW));
        provider.asked.await();
        ticketFor(QUICK);

        listeners.close();

        assertThat(provider.closed).containsExactly(QUICK);
        provider.answering.countDown();
        assertThatThrownBy(() -> slow.get(30, TimeUnit.SECONDS))
                .hasRootCauseMessage("listen 127.0.0.1:1: the supervisor is stopping");
        assertThat(provider.closed).containsExactly(QUICK, SLOW);
    }

    @Test
    void after_the_end_nobody_is_told_to_add_an_address() throws Exception {
        listeners.open(QUICK);
        listeners.seal();
        listeners.close();
        assertIsStopping();
    }

    @Test
    void one_that_is_closed_before_it_makes_the_ticket_says_so() throws Exception {
        listeners.open(QUICK);
        provider.beforeTicket = listeners::close;
        assertIsStopping();
    }

    @Test
    void what_a_service_manager_has_opened_is_closed_if_the_end_has_come() {
        listeners.close();
        listeners.add(new ServiceManagers.Inherited("stub", provider.listen(QUICK)));
        assertThat(provider.closed).containsExactly(QUICK);
        assertThat(listeners.addresses()).isEmpty();
    }

    @Test
    void the_second_one_for_the_same_address_is_closed() {
        SharedListener first = provider.listen(QUICK);
        listeners.add(new ServiceManagers.Inherited("stub", first));
        assertThat(provider.closed).isEmpty();
        listeners.add(new ServiceManagers.Inherited("stub", provider.listen(QUICK)));
        assertThat(provider.closed).containsExactly(QUICK);
        assertThat(listeners.addresses()).containsExactly(first.localAddress());
        assertThat(log.lines())
                .contains("WARNING 127.0.0.1:2: the service manager has opened it twice; the second one is not used");
    }

    @Test
    void one_that_cannot_be_closed_does_not_keep_the_others_open() throws Exception {
        provider.answering.countDown();
        ticketFor(SLOW);
        ticketFor(QUICK);
        provider.failureOfClose = new StackOverflowError("expected by a test");
        listeners.close();
        assertThat(provider.closed).containsExactly(SLOW, QUICK);
        assertThat(log.lines())
                .filteredOn(line -> line.contains("cannot close"))
                .hasSize(2);
    }

    private void assertIsStopping() {
        assertThatThrownBy(() -> ticketFor(QUICK))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("listen 127.0.0.1:2: the supervisor is stopping");
    }

    private Ticket ticketFor(ListenSpec spec) throws IOException {
        return listeners.ticketFor(spec, ProcessHandle.current());
    }

    private static <T> FutureTask<T> inBackground(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(future);
        thread.setDaemon(true);
        thread.start();
        return future;
    }
}
