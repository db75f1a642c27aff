package io.forkless.supervisor.admin;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Do;
import io.forkless.internal.control.ControlMessage.Done;
import io.forkless.internal.control.ControlMessage.Failed;
import io.forkless.internal.control.ControlMessage.Operator;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.Report;
import io.forkless.internal.control.LineBuffer;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** An operator's connection to a running supervisor. One thread uses it. */
public final class AdminClient implements Closeable {
    /** The supervisor was reached and did not do what it was told; the message says why. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        public RefusedException(String reason) {
            super(reason);
        }
    }

    /** The supervisor did what it was told, but not well; the message says what went wrong. */
    public static final class FailedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int exitStatus;

        FailedException(Failed failed) {
            super(failed.reason());
            this.exitStatus = failed.exitStatus();
        }

        /** For the command to report. */
        public int exitStatus() {
            return exitStatus;
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration REMAKING = Duration.ofSeconds(2);
    private static final long PAUSE_MILLIS = 100;
    private static final long EXIT_MILLIS = 2000;

    private final String name;
    private final long pid;
    private final SocketChannel channel;
    private final Duration patience;
    private final LineBuffer lines = new LineBuffer();
    private final List<String> reports = new ArrayList<>();

    private AdminClient(String name, long pid, SocketChannel channel, Duration patience) {
        this.name = name;
        this.pid = pid;
        this.channel = channel;
        this.patience = patience;
    }

    /**
     * Connects to the supervisor of that name.
     *
     * @param name a name, or the pid of a supervisor without one; if {@code null}, the only one that this user runs
     * @throws IOException if there is none, or not just one; the message is for the operator
     */
    public static AdminClient connect(String name) throws IOException {
        return connect(name, Places.ofThisUser());
    }

    /** @param places where to look */
    public static AdminClient connect(String name, Places places) throws IOException {
        return connect(name, places, PATIENCE);
    }

    /** @param patience how long the supervisor may be silent; it shows every 3 s that it lives */
    static AdminClient connect(String name, Places places, Duration patience) throws IOException {
        List<EndpointFile> candidates = places.endpoints().stream()
                .filter(file -> name == null || file.name().equals(name))
                .toList();
        List<AdminClient> clients = new ArrayList<>();
        for (EndpointFile file : candidates) {
            if (file.address() != null) {
                connect(file, name != null, places, patience).ifPresent(clients::add);
            } else if (name != null && ProcessHandle.of(file.pid()).isPresent()) {
                throw new IOException("the supervisor '" + name + "' (pid " + file.pid() + ") is still starting");
            }
        }
        if (clients.size() == 1) {
            return clients.get(0);
        }
        for (AdminClient client : clients) {
            client.close();
        }
        if (clients.isEmpty()) {
            throw places.noSupervisor(name);
        }
        if (name != null) { // of different versions
            String pids =
                    clients.stream().map(client -> Long.toString(client.pid)).collect(Collectors.joining(", "));
            throw new IOException("several supervisors named '" + name + "' are running (pids " + pids
                    + "); stop one with 'kill -TERM'");
        }
        String names = clients.stream().map(AdminClient::name).collect(Collectors.joining(", "));
        throw new IOException("several supervisors are running; choose one with --name: " + names);
    }

    /** Tries again for a moment: a supervisor whose socket somebody has removed makes it again within a second. */
    private static Optional<AdminClient> connect(EndpointFile file, boolean wanted, Places places, Duration patience)
            throws IOException {
        long begun = System.nanoTime();
        while (true) {
            try {
                return Optional.of(open(file, places, patience));
            } catch (IOException e) {
                if (file.removeIfStale(places)) {
                    return Optional.empty();
                }
                if (System.nanoTime() - begun >= REMAKING.toNanos()) {
                    if (wanted) {
                        throw new IOException(
                                "the supervisor '" + file.name() + "' (pid " + file.pid()
                                        + ") is there and cannot be reached (it may be starting or ending): "
                                        + e.getMessage(),
                                e);
                    }
                    return Optional.empty();
                }
            }
            pause();
        }
    }

    private static AdminClient open(EndpointFile file, Places places, Duration patience) throws IOException {
        boolean unix = file.address() instanceof UnixDomainSocketAddress;
        SocketChannel channel = unix ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open();
        AdminClient client = new AdminClient(file.name(), file.pid(), channel, patience);
        try {
            client.within(() -> channel.connect(file.address()));
            places.requireOwnerOf(file.file(), channel);
            client.send(new Operator(ControlMessage.VERSION, file.token()));
            return client;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the supervisor", e);
        }
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
     * @throws FailedException if it did, but not well
     * @throws IOException if the supervisor ended before it was done
     */
    public String execute(String verb, String argument) throws IOException, RefusedException, FailedException {
        reports.clear();
        return execute(verb, argument, reports::add);
    }

    /** @param onReport gets what the supervisor reports before it is done, at once */
    public String execute(String verb, String argument, Consumer<String> onReport)
            throws IOException, RefusedException, FailedException {
        send(new Do(verb, argument));
        for (ControlMessage message = receive(); message != null; message = receive()) {
            if (message instanceof Report report) {
                if (!report.text().isEmpty()) { // else it is but a sign of life
                    onReport.accept(report.text());
                }
            } else if (message instanceof Done done) {
                return done.text();
            } else if (message instanceof Failed failed) {
                throw new FailedException(failed);
            } else if (message instanceof Refused refused) {
                throw new RefusedException(refused.reason());
            }
        }
        throw new IOException("the supervisor '" + name + "' (pid " + pid + ") ended before it had answered;"
                + " workers that it has left drain, or serve on until another one takes over");
    }

    /** What the supervisor listed in answer to the latest command. */
    public List<String> reports() {
        return List.copyOf(reports);
    }

    /**
     * Waits until the supervisor has ended, and its process as well if that has nothing else to do.
     *
     * @throws IOException if it does not answer any more
     */
    public void awaitEnd() throws IOException {
        ControlMessage message = receive();
        while (message != null) {
            message = receive();
        }
        // So that the next one may have its pid file. A program that has embedded the supervisor lives on.
        ProcessHandle.of(pid)
                .ifPresent(process -> process.onExit()
                        .completeOnTimeout(process, EXIT_MILLIS, TimeUnit.MILLISECONDS)
                        .join());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void send(ControlMessage message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message.toBytes());
        while (bytes.hasRemaining()) {
            within(() -> channel.write(bytes));
        }
    }

    /** {@code null} at the end. */
    private ControlMessage receive() throws IOException {
        String line = lines.nextLine();
        while (line == null) {
            if (within(this::read) < 0) {
                return null;
            }
            line = lines.nextLine();
        }
        return ControlMessage.parse(line);
    }

    private int read() throws IOException {
        try {
            return channel.read(lines.writable());
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            return -1; // the peer was killed: an end as well
        }
    }

    /** A supervisor shows every few seconds that it lives; if it does not, the channel is closed. */
    private <T> T within(Transfer<T> transfer) throws IOException {
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> {
            closeQuietly();
            return null;
        });
        try {
            return transfer.run();
        } catch (ClosedChannelException e) { // during this transfer, or right after the previous one
            throw new IOException("the supervisor '" + name + "' (pid " + pid + ") does not answer for "
                    + patience.toSeconds() + " s: it hangs or has been stopped; continue it with 'kill -CONT " + pid
                    + "', or end it with 'kill -KILL " + pid
                    + "', upon which its workers drain, or serve on until another one takes over");
        } finally {
            done.complete(null);
        }
    }

    private void closeQuietly() {
        try {
            channel.close();
        } catch (IOException e) {
            // it is of no use any more
        }
    }

    private interface Transfer<T> {
        T run() throws IOException;
    }
}
