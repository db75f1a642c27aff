package io.forkless.supervisor.listen;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.TcpListenSpec;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A provider whose listeners are none; on port 1, it does not answer until the test lets it. */
public final class StubListeners implements ListenerProvider {
    static final int SLOW_PORT = 1;

    /** Those that were opened and those that were closed. */
    final List<ListenSpec> opened = new CopyOnWriteArrayList<>();

    /** What tickets were made for. */
    final List<ListenSpec> tickets = new CopyOnWriteArrayList<>();

    public final List<ListenSpec> closed = new CopyOnWriteArrayList<>();
    final CountDownLatch asked = new CountDownLatch(1);
    public final CountDownLatch answering = new CountDownLatch(1);

    /** What listeners throw, if it is set. */
    public volatile Error failureOfQuiesce;

    public volatile Error failureOfClose;

    /** What happens after a listener was found and before it makes a ticket. */
    volatile Runnable beforeTicket = () -> {};

    public volatile boolean quiesceHangs;

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public Fitness check() {
        return Fitness.fits("always");
    }

    @Override
    public SharedListener listen(ListenSpec spec) {
        if (spec instanceof TcpListenSpec tcp && tcp.port() == SLOW_PORT) {
            asked.countDown();
            awaitAnswering();
        }
        opened.add(spec);
        return new StubListener(spec);
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) {
        throw new UnsupportedOperationException();
    }

    private void awaitAnswering() {
        try {
            answering.await();
        } catch (InterruptedException e) {
            // the test has seen enough
        }
    }

    private final class StubListener implements SharedListener {
        private final ListenSpec spec;

        StubListener(ListenSpec spec) {
            this.spec = spec;
        }

        @Override
        public SocketAddress localAddress() {
            try {
                return spec.resolve();
            } catch (UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public byte[] ticketFor(ProcessHandle worker) throws ClosedChannelException {
            beforeTicket.run();
            if (closed.contains(spec)) {
                throw new ClosedChannelException();
            }
            tickets.add(spec);
            return new byte[0];
        }

        @Override
        public Quiescence quiesce(Duration limit) {
            if (quiesceHangs) {
                awaitAnswering();
            }
            if (failureOfQuiesce != null) {
                throw failureOfQuiesce;
            }
            return new Quiescence(true, true, "there is no queue");
        }

        @Override
        public void close() {
            closed.add(spec);
            if (failureOfClose != null) {
                throw failureOfClose;
            }
        }
    }
}
