package io.forkless.supervisor.operator;

import io.forkless.control.ControlMessage;
import io.forkless.control.ControlMessage.Do;
import io.forkless.control.ControlMessage.Done;
import io.forkless.control.ControlMessage.Operator;
import io.forkless.control.ControlMessage.Refused;
import io.forkless.control.ControlMessage.Report;
import io.forkless.control.LineBuffer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** An operator's connection to a running supervisor. One thread uses it. */
public final class OperatorClient implements Closeable {
    /** The supervisor was reached and did not do what it was told; the message says why. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }

    private final String name;
    private final long pid;
    private final SocketChannel channel;
    private final LineBuffer lines = new LineBuffer();
    private final List<String> reports = new ArrayList<>();

    private OperatorClient(String name, long pid, SocketChannel channel) {
        this.name = name;
        this.pid = pid;
        this.channel = channel;
    }

    /**
     * Connects to the supervisor of that name.
     *
     * @param name a name, or the pid of a supervisor without one; if {@code null}, the only one that this user runs
     * @throws IOException if there is none, or not just one; the message is for the operator
     */
    public static OperatorClient connect(String name) throws IOException {
        List<EndpointFile> candidates = EndpointFile.all().stream()
                .filter(file -> name == null || file.name().equals(name))
                .toList();
        List<OperatorClient> clients = new ArrayList<>();
        for (EndpointFile file : candidates) {
            if (file.address() != null) {
                connect(file).ifPresent(clients::add);
            } else if (name != null && ProcessHandle.of(file.pid()).isPresent()) {
                throw new IOException("the supervisor '" + name + "' (pid " + file.pid() + ") is still starting");
            }
        }
        if (clients.size() == 1) {
            return clients.get(0);
        }
        for (OperatorClient client : clients) {
            client.close();
        }
        if (clients.isEmpty()) {
            throw new IOException(
                    name == null ? "no supervisor is running" : "no supervisor named '" + name + "' is running");
        }
        String names = clients.stream().map(OperatorClient::name).collect(Collectors.joining(", "));
        throw new IOException("several supervisors are running; choose one with --name: " + names);
    }

    private static Optional<OperatorClient> connect(EndpointFile file) throws IOException {
        SocketChannel channel;
        try {
            channel = SocketChannel.open(file.address());
        } catch (IOException e) {
            file.removeIfStale();
            return Optional.empty();
        }
        OperatorClient client = new OperatorClient(file.name(), file.pid(), channel);
        client.send(new Operator(ControlMessage.VERSION, file.token()));
        return Optional.of(client);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return pid;
    }

    /**
     * Has the supervisor do something and waits until it is done.
     *
     * @return the supervisor's word about it
     * @throws RefusedException if it did not or could not
     * @throws IOException if the supervisor ended before it was done
     */
    public String execute(String verb, String argument) throws IOException, RefusedException {
        reports.clear();
        send(new Do(verb, argument));
        for (ControlMessage message = receive(); message != null; message = receive()) {
            if (message instanceof Report report) {
                reports.add(report.text());
            } else if (message instanceof Done done) {
                return done.text();
            } else if (message instanceof Refused refused) {
                throw new RefusedException(refused.reason());
            }
        }
        throw new IOException("the supervisor '" + name + "' (pid " + pid + ") ended before it had answered");
    }

    /** What the supervisor listed in answer to the latest command. */
    public List<String> reports() {
        return List.copyOf(reports);
    }

    /** Waits until the supervisor ends. */
    public void awaitEnd() {
        try {
            ControlMessage message = receive();
            while (message != null) {
                message = receive();
            }
        } catch (IOException e) {
            // an end as well
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void send(ControlMessage message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message.toBytes());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** {@code null} at the end. */
    private ControlMessage receive() throws IOException {
        String line = lines.nextLine();
        while (line == null) {
            if (channel.read(lines.writable()) < 0) {
                return null;
            }
            line = lines.nextLine();
        }
        return ControlMessage.parse(line);
    }
}
