package io.forkless.testing.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Does to each connection what it is told. */
public final class ScriptedServer implements AutoCloseable {
    public static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42";
    public static final String LAST = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n42";
    public static final String UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    private final Script script;

    public ScriptedServer(Script script) throws IOException {
        this.script = script;
        Thread thread = new Thread(this::serve, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve() {
        for (int i = 0; !listener.isClosed(); i++) {
            try (Socket socket = listener.accept()) {
                script.play(i, new Peer(socket));
            } catch (IOException e) {
                // the test is over, or its client has gone
            }
        }
    }

    /** What befalls a connection, which is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        /** @param connection which one, from 0 */
        void play(int connection, Peer client) throws IOException;
    }

    /** The server's end of a connection. */
    public static final class Peer {
        private final Socket socket;
        private final BufferedReader in;

        Peer(Socket socket) throws IOException {
            this.socket = socket;
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        }

        /** Reads a request to its end. */
        public Peer read() {
            try {
                String line = in.readLine();
                while (line != null && !line.isEmpty()) {
                    line = in.readLine();
                }
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public Peer write(String text) throws IOException {
            return write(text.getBytes(StandardCharsets.US_ASCII));
        }

        public Peer write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            return this;
        }

        /** The close that follows is a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
        }

        /** Does nothing until the client has gone. */
        public void stall() throws IOException {
            while (in.read() >= 0) {
                // it is the end that is awaited
            }
        }
    }
}
