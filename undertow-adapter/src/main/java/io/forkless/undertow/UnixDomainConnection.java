package io.forkless.undertow;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.xnio.IoUtils;
import org.xnio.Option;
import org.xnio.Options;
import org.xnio.StreamConnection;

/**
 * A connection from a Unix-domain listener. XNIO's own one asks the socket for what only a TCP socket has, so this one
 * answers in its place and leaves the bytes to it.
 *
 * <p>Undertow and its handlers take every address for an {@link InetSocketAddress}. Both ends are on this machine, so both
 * addresses are 127.0.0.1, with port 0; that is what Tomcat tells of such a connection, too.
 */
final class UnixDomainConnection extends StreamConnection {
    private static final InetSocketAddress THIS_MACHINE = new InetSocketAddress("127.0.0.1", 0);

    /** Those that are XNIO's matter and not the socket's. */
    private static final Set<Option<?>> OPTIONS = Set.of(Options.READ_TIMEOUT, Options.WRITE_TIMEOUT);

    private final StreamConnection bytes;

    /** @param channel the one below it */
    UnixDomainConnection(StreamConnection bytes, SocketChannel channel) {
        super(bytes.getIoThread());
        this.bytes = bytes;
        setSourceConduit(new UnixDomainSource(bytes.getSourceChannel().getConduit(), channel));
        setSinkConduit(new UnixDomainSink(bytes.getSinkChannel().getConduit(), channel));
        bytes.setCloseListener(ended -> IoUtils.safeClose(this)); // when both directions have ended, say
    }

    @Override
    protected void closeAction() throws IOException {
        bytes.close();
    }

    @Override
    public InetSocketAddress getPeerAddress() {
        return THIS_MACHINE;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return THIS_MACHINE;
    }

    @Override
    public boolean supportsOption(Option<?> option) {
        return OPTIONS.contains(option);
    }

    @Override
    public <T> T getOption(Option<T> option) throws IOException {
        return supportsOption(option) ? bytes.getOption(option) : null;
    }

    @Override
    public <T> T setOption(Option<T> option, T value) throws IOException {
        return supportsOption(option) ? bytes.setOption(option, value) : null;
    }
}
