package io.forkless.undertow;

import io.undertow.Undertow;
import io.undertow.Version;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.ServerConnection;
import io.undertow.server.protocol.framed.AbstractFramedChannel;
import io.undertow.server.protocol.framed.AbstractFramedStreamSinkChannel;
import io.undertow.server.protocol.framed.SendFrameHeader;
import io.undertow.server.protocol.http.AlpnOpenListener;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.server.protocol.http2.Http2ServerConnection;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.xnio.ChannelListeners;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.channels.StreamSinkChannel;

/**
 * The only class that knows what is not public in XNIO and Undertow. XNIO binds every listener itself and can neither
 * adopt one nor make a connection of a socket that somebody else has accepted; Undertow has no GOAWAY but the one that
 * ends the connection at once.
 *
 * <p>The members are looked up once. When a version of XNIO or Undertow has moved one, {@link #require()} names it.
 */
final class Internals {
    /** RFC 9113 section 6.8: the first GOAWAY of a graceful end is to refuse no stream that is on its way. */
    private static final int EVERY_STREAM = Integer.MAX_VALUE;

    private static final int FRAME_TYPE_OFFSET = 3; // RFC 9113 section 4.1: after the length
    private static final byte FRAME_TYPE_GOAWAY = 7;

    private static final String PROXIED_NAME =
            "io.undertow.server.protocol.proxy.ProxyProtocolReadListener$AddressWrappedConnection";

    private static final Members MEMBERS = new Members(
            Undertow.class.getClassLoader(),
            "Undertow " + Version.getVersionString() + " with XNIO " + org.xnio.Version.getVersionString());
    private static final Class<?> CHANNEL_CLOSED = MEMBERS.type("org.xnio.nio.ChannelClosed");
    private static final Class<?> WORKER_THREAD = MEMBERS.type("org.xnio.nio.WorkerThread");
    private static final MethodHandle REGISTER_CHANNEL =
            MEMBERS.method("org.xnio.nio.WorkerThread", "registerChannel", AbstractSelectableChannel.class);
    private static final MethodHandle NEW_CONNECTION = MEMBERS.constructor(
            "org.xnio.nio.NioSocketStreamConnection", WORKER_THREAD, SelectionKey.class, CHANNEL_CLOSED);
    private static final MethodHandle HTTP2_CHANNEL = MEMBERS.field(Http2ServerConnection.class.getName(), "channel");
    private static final MethodHandle NEW_PING = MEMBERS.constructor(
            "io.undertow.protocols.http2.Http2PingStreamSinkChannel", Http2Channel.class, byte[].class, boolean.class);
    private static final MethodHandle FRAME_HEADER =
            MEMBERS.method(AbstractFramedStreamSinkChannel.class.getName(), "getFrameHeader");
    private static final MethodHandle ROOT_HANDLER =
            MEMBERS.field(Undertow.ListenerBuilder.class.getName(), "rootHandler");
    private static final MethodHandle OPEN_LISTENER =
            MEMBERS.field(Undertow.ListenerInfo.class.getName(), "openListener");
    private static final MethodHandle ALPN_LISTENERS = MEMBERS.field(AlpnOpenListener.class.getName(), "listeners");
    private static final MethodHandle ALPN_LISTENER =
            MEMBERS.field(AlpnOpenListener.class.getName() + "$ListenerEntry", "listener");
    private static final MethodHandle HTTP1_CONNECTIONS =
            MEMBERS.field(HttpOpenListener.class.getName(), "connections");
    private static final MethodHandle READ_LISTENER =
            MEMBERS.field(HttpServerConnection.class.getName(), "readListener");
    private static final MethodHandle REQUEST_BEING_READ =
            MEMBERS.field("io.undertow.server.protocol.http.HttpReadListener", "httpServerExchange");
    private static final MethodHandle REQUEST_BEING_ANSWERED =
            MEMBERS.field(AbstractServerConnection.class.getName(), "current");
    private static final MethodHandle EXTRA_BYTES =
            MEMBERS.field(AbstractServerConnection.class.getName(), "extraBytes");
    private static final MethodHandle HTTP2_SOCKET =
            MEMBERS.method(AbstractFramedChannel.class.getName(), "getUnderlyingConnection");
    private static final Class<?> TLS = MEMBERS.type("io.undertow.protocols.ssl.UndertowSslConnection");
    private static final MethodHandle BELOW_TLS =
            MEMBERS.field("io.undertow.protocols.ssl.UndertowSslConnection", "delegate");
    private static final Class<?> PROXIED = MEMBERS.type(PROXIED_NAME);
    private static final MethodHandle BELOW_PROXIED = MEMBERS.field(PROXIED_NAME, "delegate");

    private interface Call {
        Object make() throws Throwable;
    }

    private Internals() {}

    /**
     * @throws IllegalStateException if the Undertow or XNIO at hand lacks something, with its name
     */
    static void require() {
        MEMBERS.require();
    }

    /** Whether that thread is one of those that {@link #connect} can work with. */
    static boolean fits(XnioIoThread thread) {
        return WORKER_THREAD.isInstance(thread);
    }

    /**
     * Makes an XNIO connection of an accepted socket. To be called by the IO thread that is to serve it.
     *
     * @param channel in non-blocking mode
     * @param closed runs when the connection has ended, on any thread
     */
    static StreamConnection connect(XnioIoThread thread, SocketChannel channel, Runnable closed) throws IOException {
        Object onClose = Proxy.newProxyInstance(
                CHANNEL_CLOSED.getClassLoader(), new Class<?>[] {CHANNEL_CLOSED}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(closed, arguments);
                    }
                    closed.run();
                    return null;
                });
        Object key = call(() -> REGISTER_CHANNEL.invokeExact((Object) thread, (Object) channel));
        return (StreamConnection) call(() -> NEW_CONNECTION.invokeExact((Object) thread, key, onClose));
    }

    /** The connection that this stream belongs to. */
    static Http2Channel channelOf(Http2ServerConnection stream) {
        return (Http2Channel) get(HTTP2_CHANNEL, stream);
    }

    /** The XNIO connection, as {@link #connect} has made it, below whatever carries that HTTP or AJP connection. */
    static StreamConnection socketOf(ServerConnection connection) {
        Object socket = connection instanceof Http2ServerConnection stream
                ? get(HTTP2_SOCKET, get(HTTP2_CHANNEL, stream))
                : ((AbstractServerConnection) connection).getChannel();
        while (true) {
            if (TLS.isInstance(socket)) {
                socket = get(BELOW_TLS, socket);
            } else if (PROXIED.isInstance(socket)) {
                socket = get(BELOW_PROXIED, socket);
            } else {
                return (StreamConnection) socket;
            }
        }
    }

    /** The connections of a running server that speak HTTP/1, or spoke it before an upgrade. */
    static List<HttpServerConnection> http1Connections(Undertow server) {
        List<HttpServerConnection> connections = new ArrayList<>();
        for (Undertow.ListenerInfo listener : server.getListenerInfo()) {
            addHttp1Connections(get(OPEN_LISTENER, listener), connections);
        }
        return connections;
    }

    private static void addHttp1Connections(Object listener, List<HttpServerConnection> connections) {
        if (listener instanceof AlpnOpenListener) {
            for (Object entry : ((Map<?, ?>) get(ALPN_LISTENERS, listener)).values()) {
                addHttp1Connections(get(ALPN_LISTENER, entry), connections);
            }
        } else if (listener instanceof HttpOpenListener) {
            ((Set<?>) get(HTTP1_CONNECTIONS, listener)).forEach(each -> connections.add((HttpServerConnection) each));
        }
    }

    /**
     * Whether anything of a request has been read whose response has not been sent completely. To be called by the
     * connection's IO thread.
     */
    static boolean hasRequest(HttpServerConnection connection) {
        return get(REQUEST_BEING_ANSWERED, connection) != null
                || get(REQUEST_BEING_READ, get(READ_LISTENER, connection)) != null
                || hasMore((PooledByteBuffer) get(EXTRA_BYTES, connection));
    }

    /** HTTP/2 by prior knowledge leaves a buffer behind that was freed, so the connection's own getter would throw. */
    private static boolean hasMore(PooledByteBuffer read) {
        return read != null && read.isOpen() && read.getBuffer().hasRemaining();
    }

    /**
     * Asks the peer to open no more streams; those that are open, or on their way, are served as ever. To be called by
     * the connection's IO thread.
     *
     * <p>Undertow shuts a connection down with each GOAWAY that it knows of. It takes this one for a PING, from which a
     * GOAWAY without debug data differs in nothing but the type: both have eight bytes, for stream 0 (RFC 9113 sections
     * 6.7 and 6.8).
     */
    static void announceEnd(Http2Channel channel) throws IOException {
        byte[] payload = ByteBuffer.allocate(2 * Integer.BYTES)
                .putInt(EVERY_STREAM)
                .putInt(Http2Channel.ERROR_NO_ERROR)
                .array();
        StreamSinkChannel frame = (StreamSinkChannel)
                call(() -> NEW_PING.invokeExact((Object) channel, (Object) payload, (Object) Boolean.FALSE));
        SendFrameHeader header = (SendFrameHeader) call(() -> FRAME_HEADER.invokeExact((Object) frame));
        header.getByteBuffer().getBuffer().put(FRAME_TYPE_OFFSET, FRAME_TYPE_GOAWAY);
        frame.shutdownWrites();
        if (!frame.flush()) {
            frame.getWriteSetter().set(ChannelListeners.flushingChannelListener(null, null));
            frame.resumeWrites();
        }
    }

    /** The handler that was set, or null; the builder has no getter. */
    static HttpHandler rootHandler(Undertow.ListenerBuilder listener) {
        return (HttpHandler) get(ROOT_HANDLER, listener);
    }

    private static Object get(MethodHandle field, Object of) {
        try {
            return call(() -> field.invokeExact(of));
        } catch (IOException e) {
            throw new IllegalStateException("cannot happen: a field was read", e);
        }
    }

    private static Object call(Call call) throws IOException {
        try {
            return call.make();
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
    }
}
