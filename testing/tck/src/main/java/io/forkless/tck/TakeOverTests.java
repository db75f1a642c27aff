package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A listener whose supervisor goes while its workers stay; this process is the next supervisor. */
abstract class TakeOverTests extends ContractTests {
    private static final int CLIENTS = 20;

    @TempDir
    Path directory;

    TakeOverTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @Test
    @Checks(Clause.TAKE_OVER)
    void what_is_taken_over_has_the_address_of_the_first_one() throws IOException {
        SharedListener first = listen();
        SocketAddress address = first.localAddress();
        SharedServerSocketChannel channel = adopt(first);
        first.leave();

        SharedListener next = takeOver(ANY_PORT, channel.ticketFor(SELF));

        assertThat(next.localAddress()).isEqualTo(address);
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.TAKE_OVER)
    void when_a_supervisor_is_killed_those_who_are_queued_are_served_and_more_can_come() throws Exception {
        WorkerJvm supervisor = startWorker();
        ListenSpec spec = freeAddress();
        supervisor.tell("listen " + spec);
        WorkerJvm worker = startWorker();
        worker.tell("adopt " + supervisor.ask("ticket " + worker.pid()));
        supervisor.kill();
        List<Client> queued = connectMany(spec);

        takeOver(spec, worker.ticketFor(SELF));

        List<Client> later = connectMany(spec);
        worker.serve(2);
        assertServedBy(worker, queued);
        assertServedBy(worker, later);
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.TAKE_OVER)
    void a_worker_goes_on_when_the_copy_is_closed_that_was_taken_over_from_it() throws Exception {
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        WorkerJvm worker = startWorker().adopt(first).serve(2);
        first.leave();

        takeOver(spec, worker.ticketFor(SELF)).close();

        assertServedBy(worker, connectMany(spec));
        worker.tell("close");
        awaitFree(spec);
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.TAKE_OVER)
    void further_workers_adopt_what_was_taken_over_and_serve_when_the_first_one_is_killed() throws Exception {
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        WorkerJvm old = startWorker().adopt(first);
        first.leave();
        SharedListener next = takeOver(spec, old.ticketFor(SELF));

        old.kill();

        List<Client> queued = connectMany(spec);
        WorkerJvm further = startWorker().adopt(next).serve(2);
        assertServedBy(further, queued);
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.TAKE_OVER)
    void what_was_taken_over_can_be_taken_over_again() throws Exception {
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        WorkerJvm worker = startWorker().adopt(first).serve(2);
        first.leave();
        WorkerJvm second = startWorker();
        second.tell("take-over " + spec + " " + HexFormat.of().formatHex(worker.ticketFor(second.handle())));
        second.kill();

        takeOver(spec, worker.ticketFor(SELF));

        assertServedBy(worker, connectMany(spec));
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.NOT_INHERITED)
    void a_child_of_the_next_supervisor_holds_no_copy() throws Exception {
        assumeKept(Clause.TAKE_OVER);
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        WorkerJvm worker = startWorker().adopt(first);
        first.leave();
        SharedListener next = takeOver(spec, worker.ticketFor(SELF));
        long pid = kit.childStarter()
                .getDeclaredConstructor()
                .newInstance()
                .start(WorkerJvm.command(SleepingProgram.class));
        ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
        killLater(child);
        worker.kill();

        next.close();

        awaitFree(spec);
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    @Checks(Clause.TAKE_OVER)
    void the_path_of_what_was_taken_over_is_removed_by_its_close() throws IOException {
        assumeKept(Clause.UNIX_PATHS);
        Path path = directory.resolve("listener");
        SharedServerSocketChannel channel = adopt(listen(ListenSpec.unix(path.toString())));

        SharedListener next = takeOver(ListenSpec.unix(path.toString()), channel.ticketFor(SELF));
        assertThat(path).exists();
        next.close();

        assertThat(path).doesNotExist();
    }

    @Test
    @Checks(Clause.TAKE_OVER)
    void a_listener_whose_path_is_gone_or_is_somebody_elses_is_not_taken_over() throws IOException {
        assumeKept(Clause.UNIX_PATHS);
        Path path = directory.resolve("listener");
        SharedServerSocketChannel channel = adopt(listen(ListenSpec.unix(path.toString())));
        Files.delete(path);

        assertUseless(ListenSpec.unix(path.toString()), channel.ticketFor(SELF));
        Files.createFile(path);
        assertUseless(ListenSpec.unix(path.toString()), channel.ticketFor(SELF));

        assertThat(path).exists();
    }

    @Test
    @Checks(Clause.TAKE_OVER_REOPENS)
    void a_listener_that_was_quiesced_gets_new_clients_again() throws Exception {
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        SharedServerSocketChannel channel = adopt(first);
        first.quiesce(Duration.ZERO);
        first.leave();

        takeOver(spec, channel.ticketFor(SELF));

        Client client = closeLater(Client.connect(spec.resolve()));
        SocketChannel accepted = closeLater(channel.accept());
        assertThat(accepted.getRemoteAddress()).isEqualTo(client.localAddress());
    }

    @Test
    @Checks(Clause.LEAVE)
    void whoever_leaves_a_listener_holds_nothing_of_it() throws IOException {
        SharedListener listener = listen();
        ListenSpec same = specOf(listener);

        listener.leave();

        awaitFree(same);
        listener.leave();
        listener.close();
    }

    @Test
    @Checks(Clause.LEAVE)
    void the_path_of_a_listener_that_was_left_leads_to_its_worker() throws IOException {
        assumeKept(Clause.UNIX_PATHS);
        Path path = directory.resolve("listener");
        SharedListener listener = listen(ListenSpec.unix(path.toString()));
        SharedServerSocketChannel channel = adopt(listener);

        listener.leave();

        SocketChannel.open(UnixDomainSocketAddress.of(path)).close();

        channel.accept().close();
    }

    @Test
    @Checks(Clause.WORKER_TICKET_ONCE)
    void a_workers_ticket_works_once() throws IOException {
        SharedListener first = listen();
        byte[] ticket = adopt(first).ticketFor(SELF);
        takeOver(specOf(first), ticket);

        assertUseless(specOf(first), ticket);
    }

    @Test
    @Tag(ListenerProviderContractTest.PROCESSES)
    @Checks(Clause.WORKER_TICKET_ONCE)
    void another_process_is_refused_and_the_right_one_can_still_take_over() throws Exception {
        WorkerJvm other = startWorker();
        SharedListener first = listen();
        byte[] ticket = startWorker().adopt(first).ticketFor(SELF);

        assertThat(other.ask("take-over " + specOf(first) + " " + HexFormat.of().formatHex(ticket)))
                .startsWith(WorkerProgram.ERROR);

        takeOver(specOf(first), ticket);
    }

    @Test
    @Checks(Clause.WORKER_TICKET_ONCE)
    void bytes_that_are_no_ticket_are_refused() throws IOException {
        SharedListener first = listen();
        byte[] real = adopt(first).ticketFor(SELF);
        for (int length : new int[] {0, 1, real.length - 1}) {
            assertUseless(specOf(first), Arrays.copyOf(real, length));
        }
        assertUseless(specOf(first), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertUseless(specOf(first), new byte[real.length]);
    }

    @Test
    @Checks(Clause.WORKER_TICKET_EXPIRES)
    void a_workers_ticket_does_not_work_after_its_time_out() throws Exception {
        SharedListener first = listen();
        byte[] ticket = adopt(first).ticketFor(SELF);

        TimeUnit.MILLISECONDS.sleep(kit.ticketValidity().plusSeconds(1).toMillis()); // the time that is tested

        assertUseless(specOf(first), ticket);
    }

    @Test
    @Checks(Clause.VOID_WORKER_TICKETS)
    void closing_the_channel_voids_the_tickets_that_were_not_redeemed() throws IOException {
        SharedListener first = listen();
        ListenSpec spec = specOf(first);
        SharedServerSocketChannel channel = adopt(first);
        byte[] ticket = channel.ticketFor(SELF);

        channel.close();

        assertUseless(spec, ticket);
        assertThatIOException().isThrownBy(() -> channel.ticketFor(SELF));
        first.leave();
        awaitFree(spec);
    }

    private void assertUseless(ListenSpec spec, byte[] ticket) {
        assertThatIOException().isThrownBy(() -> takeOver(spec, ticket));
    }

    /** An address that is not in use. */
    private ListenSpec freeAddress() throws IOException {
        try (SharedListener probe = provider.listen(ANY_PORT)) {
            return specOf(probe);
        }
    }

    private List<Client> connectMany(ListenSpec spec) throws IOException {
        List<Client> clients = Client.connectMany(spec.resolve(), CLIENTS);
        clients.forEach(this::closeLater);
        return clients;
    }

    private static void assertServedBy(WorkerJvm worker, List<Client> clients) throws IOException {
        for (Client client : clients) {
            assertThat(client.servedBy()).isEqualTo(worker.pid());
        }
    }
}
