package io.forkless.worker;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.TcpListenSpec;
import java.io.Closeable;
import java.io.IOException;

/**
 * A listener that this process binds for itself, as its supervisor would: for a server that runs without a supervisor and
 * whose host cannot listen there. Thread-safe.
 */
public final class OwnListener implements Closeable {
    private final ListenerProvider provider;
    private final SharedListener listener;

    private OwnListener(ListenerProvider provider, SharedListener listener) {
        this.provider = provider;
        this.listener = listener;
    }

    /**
     * @param spec a {@linkplain TcpListenSpec#isAnyAddress() wildcard} means every address, IPv4 and IPv6 alike
     * @throws IOException with operation, address and reason; also if no provider fits
     */
    public static OwnListener bind(ListenSpec spec) throws IOException {
        ListenerProvider provider = ListenerProviders.select();
        ListenSpec wanted = spec instanceof TcpListenSpec tcp ? tcp.widenWildcard() : spec;
        return new OwnListener(provider, provider.listen(wanted));
    }

    /** A copy to accept from, blocking only; any number of them. */
    public SharedServerSocketChannel copy() throws IOException {
        return provider.adopt(listener.ticketFor(ProcessHandle.current()));
    }

    /** Removes the path of a Unix-domain listener as well. Nobody listens any more when the copies are closed, too. */
    @Override
    public void close() throws IOException {
        listener.close();
    }
}
