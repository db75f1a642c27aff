package io.forkless.testing;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection, over TCP or Unix-domain, to a test's worker, which speaks in lines. */
public final class Client implements Closeable {
    /** Who answered. */
    public record Who(int index, long pid) {}

    private static final Pattern WHO = Pattern.compile("worker (\\d+) pid (\\d+)");
    private static final int LIMIT_MILLIS = 30_000;

    private final SocketChannel channel;
    private final BufferedReader in;

    /** Connects to that port of the loopback address. */
    public Client(int port) throws IOException {
        this(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    public Client(SocketAddress address) throws IOException {
        this(address, 0);
    }

    /** @param timeoutMillis for a connection over TCP to be there; 0 for what the system takes for enough */
    public Client(SocketAddress address, int timeoutMillis) throws IOException {
        channel = connect(address, timeoutMillis);
        in = new BufferedReader(new InputStreamReader(input(channel), StandardCharsets.UTF_8));
    }

    private static SocketChannel connect(SocketAddress address, int timeoutMillis) throws IOException {
        if (!(address instanceof InetSocketAddress)) {
            return SocketChannel.open(address);
        }
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, timeoutMillis);
            channel.socket().setSoTimeout(LIMIT_MILLIS);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A socket has a time-out for its input, and a Unix-domain channel has no socket. */
    private static InputStream input(SocketChannel channel) throws IOException {
        return channel.getLocalAddress() instanceof InetSocketAddress
                ? channel.socket().getInputStream()
                : Channels.newInputStream(channel);
    }

    public static List<Client> connectMany(SocketAddress address, int count) throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(new Client(address));
        }
        return clients;
    }

    public static void closeAll(Iterable<Client> clients) throws IOException {
        for (Client client : clients) {
            client.close();
        }
    }

    /** A connection for one request alone. */
    public static String ask(int port, String request) throws IOException {
        try (Client client = new Client(port)) {
            return client.ask(request);
        }
    }

    public static Who who(int port) throws IOException {
        Matcher matcher = WHO.matcher(ask(port, "who"));
        if (!matcher.matches()) {
            throw new IOException("not a worker's answer");
        }
        return new Who(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    }

    /** The pid of a worker that tells it to each client unasked. */
    public static long servedBy(SocketAddress address) throws IOException {
        try (Client client = new Client(address)) {
            return client.servedBy();
        }
    }

    public long servedBy() throws IOException {
        return Long.parseLong(receive());
    }

    public void send(String request) throws IOException {
        channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** @throws IOException if the worker ended the connection in place of an answer */
    public String receive() throws IOException {
        String answer = in.readLine();
        if (answer == null) {
            throw new EOFException("closed without an answer");
        }
        return answer;
    }

    public String ask(String request) throws IOException {
        send(request);
        return receive();
    }

    /** For whoever does not speak in lines. */
    public SocketChannel channel() {
        return channel;
    }

    /**
     * Ends the connection, whoever else may have the socket: on Windows the JDK makes a socket inheritable for a moment, in
     * which a child process that this JVM starts gets a copy of it, and would keep the connection open.
     */
    @Override
    public void close() throws IOException {
        try (channel) {
            channel.shutdownOutput();
        } catch (IOException e) {
            // the worker has ended it
        }
    }
}
