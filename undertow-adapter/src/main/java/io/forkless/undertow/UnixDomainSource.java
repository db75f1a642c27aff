package io.forkless.undertow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSourceConduit;

/**
 * What is read from a Unix-domain connection. At its end XNIO shuts the input of the socket down, and to be asked for its
 * {@code Socket} is the one thing that such a channel does not support; by then XNIO has done everything else.
 */
final class UnixDomainSource extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final int END = -1;

    private final SocketChannel channel;

    UnixDomainSource(StreamSourceConduit bytes, SocketChannel channel) {
        super(bytes);
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        try {
            return next.read(target);
        } catch (UnsupportedOperationException atTheEnd) {
            return END;
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        try {
            return next.read(targets, offset, length);
        } catch (UnsupportedOperationException atTheEnd) {
            return END;
        }
    }

    /** By way of the reads above. */
    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return Conduits.transfer(this, count, throughBuffer, target);
    }

    @Override
    public void terminateReads() throws IOException {
        try {
            next.terminateReads();
        } catch (UnsupportedOperationException atTheEnd) {
            channel.shutdownInput();
        }
    }
}
