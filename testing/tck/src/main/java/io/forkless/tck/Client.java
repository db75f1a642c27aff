package io.forkless.tck;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One that has connected to a listener under test; no call of it waits for ever. */
final class Client implements Closeable {
    static final int PATIENCE_MILLIS = 1000 * Integer.getInteger(ListenerProviderContractTest.PATIENCE, 20);

    private final Socket socket = new Socket();

    private Client(SocketAddress address, int timeoutMillis) throws IOException {
        try {
            socket.connect(address, timeoutMillis);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    static Client connect(SocketAddress address) throws IOException {
        return new Client(address, PATIENCE_MILLIS);
    }

    /** Whether somebody, or their queue, is there within that time. */
    static boolean connects(SocketAddress address, Duration limit) {
        try (Client client = new Client(address, (int) limit.toMillis())) {
            return client.socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    static List<Client> connectMany(SocketAddress address, int count) throws IOException {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(connect(address));
        }
        return clients;
    }

    /** Which process has accepted a connection that is made now. */
    static long askWhoServes(SocketAddress address) throws IOException {
        try (Client client = connect(address)) {
            return client.servedBy();
        }
    }

    static InetSocketAddress loopback4(int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    }

    static InetSocketAddress loopback6(int port) throws IOException {
        byte[] address = new byte[16];
        address[15] = 1;
        return new InetSocketAddress(InetAddress.getByAddress(address), port);
    }

    /** Which process has accepted, as {@link WorkerProgram} tells its clients. */
    long servedBy() throws IOException {
        return servedBy(PATIENCE_MILLIS);
    }

    long servedBy(int patienceMillis) throws IOException {
        socket.setSoTimeout(patienceMillis);
        StringBuilder pid = new StringBuilder();
        for (int read = socket.getInputStream().read();
                read != '\n';
                read = socket.getInputStream().read()) {
            if (read < 0) {
                throw new IOException("the connection was closed without an answer");
            }
            pid.append((char) read);
        }
        return Long.parseLong(pid.toString());
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    String receive(int bytes) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    SocketAddress localAddress() {
        return socket.getLocalSocketAddress();
    }

    SocketAddress remoteAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
