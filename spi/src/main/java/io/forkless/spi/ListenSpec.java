package io.forkless.spi;

import java.net.SocketAddress;
import java.net.UnknownHostException;

/**
 * Where and how to listen: {@linkplain TcpListenSpec on a TCP port} or {@linkplain UnixListenSpec on a Unix-domain path}.
 *
 * <p>The textual form, also that of {@code --listen}, is {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code *:PORT} or just
 * {@code PORT} for every address of every family, or {@code unix:PATH}. {@code toString} gives it, and {@link #parse} reads
 * it back; it has the address only.
 */
public sealed interface ListenSpec permits TcpListenSpec, UnixListenSpec {
    /** The backlog unless another one is asked for. */
    int DEFAULT_BACKLOG = 1024;

    /** Listens on a TCP port of {@code host}, or of every address if {@code host} is null. */
    static TcpListenSpec tcp(String host, int port) {
        return new TcpListenSpec(host, port, DEFAULT_BACKLOG, false);
    }

    /** Listens on a Unix-domain path that its owner and group may connect to. */
    static UnixListenSpec unix(String path) {
        return new UnixListenSpec(path, DEFAULT_BACKLOG, UnixListenSpec.DEFAULT_MODE, null, null);
    }

    /**
     * Reads the textual form.
     *
     * @throws IllegalArgumentException with a message for the person who typed it
     */
    static ListenSpec parse(String text) {
        return ListenSpecParser.parse(text);
    }

    /**
     * How many connections the system may queue until a worker accepts them, at least 1; the system may cap it (Linux:
     * {@code net.core.somaxconn}).
     */
    int backlog();

    /** The same address with another backlog. */
    ListenSpec withBacklog(int newBacklog);

    /**
     * The socket address to bind.
     *
     * @throws UnknownHostException if the host has none; the message names this listener
     */
    SocketAddress resolve() throws UnknownHostException;
}
