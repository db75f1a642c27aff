package io.forkless.undertow;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
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

    /** Some of them are of TCP only. */
    private static final Map<Option<?>, SocketOption<?>> SOCKET_OPTIONS = Map.of(
            Options.TCP_NODELAY, StandardSocketOptions.TCP_NODELAY,
            Options.KEEP_ALIVE, StandardSocketOptions.SO_KEEPALIVE,
            Options.SEND_BUFFER, StandardSocketOptions.SO_SNDBUF,
            Options.RECEIVE_BUFFER, StandardSocketOptions.SO_RCVBUF);

    private static final List<Option<Integer>> TIMEOUTS = List.of(Options.READ_TIMEOUT, Options.WRITE_TIMEOUT);

    private SocketSettings() {}

    /** What applies to the socket. The receive buffer, too: a shared listener cannot be given one to hand down. */
    static void apply(OptionMap options, SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        for (Map.Entry<Option<?>, SocketOption<?>> each : SOCKET_OPTIONS.entrySet()) {
            set(channel, each.getValue(), options.get(each.getKey()));
        }
        if (options.contains(Options.TCP_OOB_INLINE) && isTcp(channel)) { // the only one that only a socket has
            channel.socket().setOOBInline(options.get(Options.TCP_OOB_INLINE, false));
        }
    }

    private static <T> void set(SocketChannel channel, SocketOption<T> option, Object value) throws IOException {
        if (value != null && channel.supportedOptions().contains(option)) {
            channel.setOption(option, option.type().cast(value));
        }
    }

    private static boolean isTcp(SocketChannel channel) {
        return channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY);
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
