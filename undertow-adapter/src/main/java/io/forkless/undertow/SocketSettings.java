package io.forkless.undertow;

import java.io.IOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import org.xnio.Option;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;

/** The options of a listener that are meant for its connections; the same as those of XNIO's own listeners. */
final class SocketSettings {
    static final Set<Option<?>> SUPPORTED = Option.setBuilder()
            .add(Options.RECEIVE_BUFFER)
            .add(Options.SEND_BUFFER)
            .add(Options.KEEP_ALIVE)
            .add(Options.TCP_OOB_INLINE)
            .add(Options.TCP_NODELAY)
            .add(Options.CONNECTION_HIGH_WATER)
            .add(Options.CONNECTION_LOW_WATER)
            .add(Options.READ_TIMEOUT)
            .add(Options.WRITE_TIMEOUT)
            .create();

    private static final List<Option<Integer>> TIMEOUTS = List.of(Options.READ_TIMEOUT, Options.WRITE_TIMEOUT);

    private SocketSettings() {}

    /** What applies to the socket. The receive buffer, too: a shared listener cannot be given one to hand down. */
    static void apply(OptionMap options, SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        Socket socket = channel.socket();
        if (options.contains(Options.TCP_NODELAY)) {
            socket.setTcpNoDelay(options.get(Options.TCP_NODELAY, false));
        }
        if (options.contains(Options.KEEP_ALIVE)) {
            socket.setKeepAlive(options.get(Options.KEEP_ALIVE, false));
        }
        if (options.contains(Options.TCP_OOB_INLINE)) {
            socket.setOOBInline(options.get(Options.TCP_OOB_INLINE, false));
        }
        if (options.contains(Options.SEND_BUFFER)) {
            socket.setSendBufferSize(options.get(Options.SEND_BUFFER));
        }
        if (options.contains(Options.RECEIVE_BUFFER)) {
            socket.setReceiveBufferSize(options.get(Options.RECEIVE_BUFFER));
        }
    }

    /** What applies to XNIO's connection over it. */
    static void apply(OptionMap options, StreamConnection connection) throws IOException {
        for (Option<Integer> timeout : TIMEOUTS) {
            if (options.contains(timeout)) {
                connection.setOption(timeout, options.get(timeout));
            }
        }
    }
}
