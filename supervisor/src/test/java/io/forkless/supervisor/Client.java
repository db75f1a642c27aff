package io.forkless.supervisor;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection to a {@link TestWorker}. */
public final class Client implements Closeable {
    /** Who answered. */
    public record Who(int index, long pid) {}

    private static final Pattern WHO = Pattern.compile("worker (\\d+) pid (\\d+)");
    private static final int LIMIT_MILLIS = 30_000;

    private final Socket socket;
    private final BufferedReader in;

    public Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(LIMIT_MILLIS);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
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

    public void send(String request) throws IOException {
        socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
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

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
