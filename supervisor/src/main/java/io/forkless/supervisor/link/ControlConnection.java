package io.forkless.supervisor.link;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.LineBuffer;
import io.forkless.spi.HostProcess;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** The supervisor's end of one control channel; belongs to the event loop's thread. */
public final class ControlConnection {
    /** What a peer that does not read may cost; the status of the most workers there can be is less. */
    private static final int MAX_QUEUED_BYTES = 1 << 20;

    /** Looked up when the first worker calls. */
    private static final class Host {
        static final Optional<HostProcess> PROCESS = HostProcess.find();
    }

    /** What comes of the connection. */
    public interface Receiver {
        /** @throws ProtocolException ends the connection */
        void received(ControlMessage message) throws ProtocolException;

        /** Called once, also after {@link ControlConnection#close}. */
        void closed(String reason);
    }

    private final SocketChannel channel;
    private final SelectionKey key;
    private final LineBuffer lines = new LineBuffer();
    private final Queue<ByteBuffer> outgoing = new ArrayDeque<>();
    private Receiver receiver;
    private int queuedBytes;
    private boolean closed;

    ControlConnection(EventLoop loop, SocketChannel channel) throws IOException {
        this.channel = channel;
        this.key = loop.register(channel, SelectionKey.OP_READ, this::onReady);
    }

    public void deliverTo(Receiver newReceiver) {
        receiver = newReceiver;
    }

    public void send(ControlMessage message) {
        if (closed) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(message.toBytes());
        queuedBytes += bytes.remaining();
        if (queuedBytes > MAX_QUEUED_BYTES) {
            close("the peer does not read");
            return;
        }
        outgoing.add(bytes);
        flush();
    }

    boolean isOpen() {
        return !closed;
    }

    public void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone all the same
        }
        receiver.closed(reason);
    }

    /** The process at the other end, as the kernel attests it; empty where it does not. */
    Optional<HostProcess.Peer> peer() throws IOException {
        boolean attested = Host.PROCESS.isPresent() && channel.getRemoteAddress() instanceof UnixDomainSocketAddress;
        return attested ? Optional.of(Host.PROCESS.get().peerOf(channel)) : Optional.empty();
    }

    private void onReady() {
        if (key.isValid() && key.isWritable()) {
            flush();
        }
        if (key.isValid() && key.isReadable()) {
            read();
        }
    }

    /** Delivers what has arrived, without waiting for more: the last words of a peer that has died. */
    public void readAvailable() {
        boolean more = true;
        while (more) {
            more = read();
        }
    }

    /** @return whether something was read, so that there may be more */
    private boolean read() {
        try {
            int count = closed ? 0 : channel.read(lines.writable());
            if (count < 0) {
                close("end of stream");
            }
            for (String line = lines.nextLine(); line != null && !closed; line = lines.nextLine()) {
                receiver.received(ControlMessage.parse(line));
            }
            return count > 0;
        } catch (IOException e) {
            close(e.getMessage());
            return false;
        }
    }

    private void flush() {
        try {
            while (!outgoing.isEmpty()) {
                queuedBytes -= channel.write(outgoing.peek());
                if (outgoing.peek().hasRemaining()) {
                    key.interestOpsOr(SelectionKey.OP_WRITE);
                    return;
                }
                outgoing.remove();
            }
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
        } catch (IOException e) {
            close(e.getMessage());
        }
    }
}
