package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What holds between processes: who lives on when one closes or dies, what is lost, who gets a connection. */
@Tag(ListenerProviderContractTest.PROCESSES)
abstract class WorkerProcessTests extends ContractTests {
    private static final int CLIENTS = 20;

    private SharedListener listener;
    private SocketAddress address;

    WorkerProcessTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @BeforeEach
    final void listenSomewhere() throws IOException {
        listener = listen();
        address = listener.localAddress();
    }

    @Test
    @Checks(Clause.OWN_COPY_ONLY)
    void a_worker_goes_on_when_another_process_closes_its_copy() throws Exception {
        WorkerJvm worker = startWorker().adopt(listener).serve(2);
        SharedServerSocketChannel channel = adopt(listener);
        FutureTask<SocketChannel> accept = new FutureTask<>(channel::accept);
        awaitBlockedInAccept(startThread(accept));

        channel.close();

        // Not all need be the worker's: that they are is ONE_QUEUE.
        assertThat(anyIsServedBy(worker, connectMany())).isTrue();
    }

    @Test
    @Checks(Clause.LAST_HOLDER)
    void a_worker_goes_on_when_its_supervisor_closes_the_listener_and_is_the_last_to_hold_the_address()
            throws Exception {
        WorkerJvm worker = startWorker().adopt(listener).serve(2);
        ListenSpec same = specOf(listener);

        listener.close();

        for (int i = 0; i < CLIENTS; i++) {
            assertThat(Client.askWhoServes(address)).isEqualTo(worker.pid());
        }
        worker.tell("close");
        awaitFree(same);
    }

    @Test
    @Checks(Clause.LAST_HOLDER)
    void a_worker_goes_on_when_its_supervisor_is_killed() throws Exception {
        WorkerJvm supervisor = startWorker();
        listener.close(); // its address is as good as any
        supervisor.tell("listen " + specOf((InetSocketAddress) address));
        SharedServerSocketChannel channel =
                closeLater(provider.adopt(HexFormat.of().parseHex(supervisor.ask("ticket " + SELF.pid()))));

        supervisor.kill();

        Client client = closeLater(Client.connect(address));
        SocketChannel accepted = closeLater(channel.accept());
        assertThat(accepted.getRemoteAddress()).isEqualTo(client.localAddress());
    }

    /**
     * The first worker stops accepting, as if it were frozen; whatever it holds beyond what its threads asked for is lost
     * when it is killed. It has a replacement, since a provider may let each worker have a queue of its own.
     */
    @Test
    @Checks(Clause.ONE_PER_CALLER)
    void a_worker_that_stands_still_and_is_killed_loses_one_connection_per_blocked_accept() throws Exception {
        int callers = 2;
        WorkerJvm still = startWorker().adopt(listener);
        still.tell("accept-one-each " + callers);
        List<Client> clients = connectMany();
        await().atMost(PATIENCE).until(() -> still.ask("held").equals(Integer.toString(callers)));
        still.kill();

        WorkerJvm replacement = startWorker().adopt(listener).serve(2);

        int lost = 0;
        for (Client client : clients) {
            try {
                assertThat(client.servedBy()).isEqualTo(replacement.pid());
            } catch (IOException e) {
                lost++;
            }
        }
        assertThat(lost).as("lost connections").isEqualTo(callers);
    }

    @Test
    @Checks(Clause.NOT_INHERITED)
    void a_workers_child_holds_no_copy() throws Exception {
        WorkerJvm worker = startWorker().adopt(listener).serve(1);
        assertThat(Client.askWhoServes(address)).isEqualTo(worker.pid());
        ProcessHandle child = worker.startChild(kit.childStarter());
        killLater(child);
        worker.kill();
        ListenSpec same = specOf(listener);

        listener.close();

        awaitFree(same);
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    @Checks(Clause.NOT_INHERITED)
    void a_supervisors_child_holds_no_copy_until_it_is_given_one() throws Exception {
        long pid = kit.childStarter()
                .getDeclaredConstructor()
                .newInstance()
                .start(WorkerJvm.command(SleepingProgram.class));
        ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
        killLater(child);
        ListenSpec same = specOf(listener);

        listener.close();

        awaitFree(same);
        assertThat(child.isAlive()).isTrue();
    }

    @Test
    @Checks(Clause.ONE_QUEUE)
    void a_worker_that_does_not_accept_keeps_nobody_waiting() throws Exception {
        startWorker().adopt(listener);
        WorkerJvm serving = startWorker().adopt(listener).serve(1);

        for (Client client : connectMany()) {
            assertThat(client.servedBy()).isEqualTo(serving.pid());
        }
    }

    @Test
    @Checks(Clause.ONE_QUEUE)
    void when_a_worker_is_killed_the_others_serve_every_client() throws Exception {
        WorkerJvm dying = startWorker().adopt(listener).serve(1);
        WorkerJvm living = startWorker().adopt(listener).serve(1);
        Set<Long> seen = new HashSet<>();
        await().atMost(PATIENCE).until(() -> {
            seen.add(Client.askWhoServes(address));
            return seen.equals(Set.of(dying.pid(), living.pid()));
        });

        dying.kill();

        for (Client client : connectMany()) {
            assertThat(client.servedBy()).isEqualTo(living.pid());
        }
    }

    private List<Client> connectMany() throws IOException {
        List<Client> clients = new ArrayList<>(Client.connectMany(address, CLIENTS));
        clients.forEach(this::closeLater);
        return clients;
    }

    private static boolean anyIsServedBy(WorkerJvm worker, List<Client> clients) {
        for (Client client : clients) {
            try {
                if (client.servedBy((int) TimeUnit.SECONDS.toMillis(1)) == worker.pid()) {
                    return true;
                }
            } catch (IOException e) {
                // another one may be the worker's
            }
        }
        return false;
    }
}
