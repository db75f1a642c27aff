package io.forkless.undertow;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** What is written to a Unix-domain connection; its end is as that of {@link UnixDomainSource}. */
final class UnixDomainSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private final SocketChannel channel;

    UnixDomainSink(StreamSinkConduit bytes, SocketChannel channel) {
        super(bytes);
        this.channel = channel;
    }

    @Override
    public void terminateWrites() throws IOException {
        try {
            next.terminateWrites();
        } catch (UnsupportedOperationException atTheEnd) {
            channel.shutdownOutput();
        }
    }

    @Override
    public void truncateWrites() throws IOException {
        try {
            next.truncateWrites();
        } catch (UnsupportedOperationException atTheEnd) {
            channel.shutdownOutput();
        }
    }
}
