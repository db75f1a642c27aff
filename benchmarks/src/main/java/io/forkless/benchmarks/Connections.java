package io.forkless.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Connections to a port of 127.0.0.1 that are opened at once and kept, each good for one request after the other. */
final class Connections implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    /** Less than a listener queues: what comes in excess is repeated after a second, then after two, then four. */
    private static final int BATCH = 250;

    private final List<Socket> sockets = new ArrayList<>();

    private Connections() {}

    static Connections open(int port, int count) throws IOException {
        Connections connections = new Connections();
        try {
            for (int i = 0; i < count; i++) {
                connections.add(port);
            }
            return connections;
        } catch (IOException e) {
            connections.close();
            throw e;
        }
    }

    /** Opens more of them, and uses each one once, until there are so many. */
    void growTo(int port, int count) throws IOException {
        while (sockets.size() < count) {
            int before = sockets.size();
            while (sockets.size() < Math.min(count, before + BATCH)) {
                add(port);
            }
            answers(sockets.subList(before, sockets.size()));
        }
    }

    private void add(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Asks on all of them, then reads what comes back: the pid of the worker that each one has got. */
    List<String> answers() throws IOException {
        return answers(sockets);
    }

    private static List<String> answers(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            ask(socket, "keep-alive");
        }
        List<String> answers = new ArrayList<>();
        for (Socket socket : sockets) {
            answers.add(HttpConnection.readResponse(socket.getInputStream()));
        }
        return answers;
    }

    /** The answer on a connection that is used once. */
    static String answerOnce(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            ask(socket, "close");
            return HttpConnection.readResponse(socket.getInputStream());
        }
    }

    private static void ask(Socket socket, String connection) throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: " + connection + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // it is gone
            }
        }
    }
}
