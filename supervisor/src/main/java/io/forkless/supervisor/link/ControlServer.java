package io.forkless.supervisor.link;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Operator;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.FileIdentity;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Renewable;
import io.forkless.internal.control.Tokens;
import io.forkless.internal.control.UserId;
import io.forkless.spi.HostProcess;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Timers.Timer;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where workers and operators call: accepts connections, checks who is calling, and joins each worker to the process that
 * was invited. A peer
 * that says nothing, or not the right thing, costs one slot of a bounded table for a bounded time, and disturbs nobody.
 * Belongs to the event loop's thread.
 */
public final class ControlServer implements Closeable, Renewable {
    /** How long a connection may take to introduce itself. */
    static final Duration HELLO_TIMEOUT = Duration.ofSeconds(10);

    /** Connections that have not introduced themselves; the oldest gives way. */
    public static final int MAX_STRANGERS = 128;

    private static final Duration PAUSE_AFTER_ACCEPT_FAILURE = Duration.ofSeconds(1);
    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final Path path;
    private final SocketAddress address;
    private final Welcome welcome;
    private final String operatorToken;
    private final Consumer<ControlConnection> operators;
    /** Those that have not called yet, by their tokens. */
    private final Map<String, ExpectedWorker> expected = new HashMap<>();

    /** All that have a process, whether they have called or not, by their tokens. */
    private final Map<String, ExpectedWorker> known = new HashMap<>();

    private final Set<Stranger> strangers = new LinkedHashSet<>();
    private volatile ServerSocketChannel server;
    private SelectionKey acceptKey;

    /** Of the socket; {@code null} if the address has none, or none that can be looked at. */
    private FileIdentity file;

    /**
     * @param welcome what workers are told when they are let in
     * @param operatorToken what lets an operator in
     * @param operators gets each operator's connection
     */
    public ControlServer(
            EventLoop loop,
            PrivateDirectory directory,
            Welcome welcome,
            String operatorToken,
            Consumer<ControlConnection> operators)
            throws IOException {
        this.loop = loop;
        this.welcome = welcome;
        this.operatorToken = operatorToken;
        this.operators = operators;
        this.path = directory.resolve(BootstrapFile.SOCKET_FILE);
        this.server = open(path);
        this.address = server.getLocalAddress();
        this.file = isFile(address) ? FileIdentity.of(path) : null;
        this.acceptKey = loop.register(server, SelectionKey.OP_ACCEPT, this::accept);
    }

    public SocketAddress address() {
        return address;
    }

    /** Of the control socket; no file is there if the address has none. */
    @Override
    public Path path() {
        return path;
    }

    @Override
    public boolean isThere() {
        return file == null || file.isThere();
    }

    /** Refuses connections until {@link #resume}. Open ones stay. */
    public void pause() throws IOException {
        server.close();
    }

    /** Listens again at the same address. Does nothing if it listens. */
    public void resume() throws IOException {
        if (server.isOpen()) {
            return;
        }
        boolean unix = address instanceof UnixDomainSocketAddress;
        if (unix) {
            Files.deleteIfExists(path);
        }
        ServerSocketChannel fresh = unix ? bind(path) : bind(address);
        try {
            file = isFile(address) ? FileIdentity.of(path) : null;
            acceptKey = loop.register(fresh, SelectionKey.OP_ACCEPT, this::accept);
            server = fresh;
        } catch (IOException | RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    /** Connections that are open stay. */
    @Override
    public void makeAgain() throws IOException {
        Files.deleteIfExists(path); // of somebody else
        ServerSocketChannel fresh = bind(path);
        try {
            FileIdentity made = FileIdentity.of(path);
            SelectionKey freshKey = loop.register(fresh, SelectionKey.OP_ACCEPT, this::accept);
            acceptAll(); // whoever has called before is not turned away
            server.close();
            server = fresh;
            acceptKey = freshKey;
            file = made;
        } catch (IOException | RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    @Override
    public void touch(FileTime now) throws IOException {
        if (file != null) {
            Renewable.super.touch(now);
        }
    }

    /** Makes the bootstrap file with which exactly that worker can connect, once. */
    public BootstrapFile expect(ExpectedWorker worker) {
        String token = Tokens.random();
        expected.put(token, worker);
        known.put(token, worker);
        return new BootstrapFile(worker.index(), address, token);
    }

    /** A worker that an earlier supervisor has started may call with the token that it got from that one. */
    public void expectAgain(ExpectedWorker worker, String token, boolean hasCalledBefore) {
        known.put(token, worker);
        if (!hasCalledBefore) {
            expected.put(token, worker);
        }
    }

    /** Withdraws the bootstrap file of a worker that has exited. */
    public void forget(ExpectedWorker worker) {
        expected.values().remove(worker);
        known.values().remove(worker);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static ServerSocketChannel open(Path path) throws IOException {
        try {
            return bind(path);
        } catch (UnsupportedOperationException e) {
            // Windows before 10 1803. The token alone then tells who may speak.
            return bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        }
    }

    /** Not on Windows, where a socket is a reparse point, whose attributes not every JDK can read. */
    private static boolean isFile(SocketAddress address) {
        return address instanceof UnixDomainSocketAddress && UserId.isKnown();
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            return channel.bind(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            channel.close();
            throw new IOException("cannot make the socket " + path + ": " + DiskSpace.reason(path, e), e);
        }
    }

    private static ServerSocketChannel bind(SocketAddress port) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            return channel.bind(port);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void accept() {
        try {
            SocketChannel channel = server.accept();
            if (channel != null) {
                admit(channel);
            }
        } catch (IOException | RuntimeException | Error e) {
            // Most likely EMFILE. The connection stays queued, so that without a pause this would spin.
            LOG.log(Level.ERROR, "cannot accept a control connection: {0}", e);
            acceptKey.interestOps(0);
            loop.after(PAUSE_AFTER_ACCEPT_FAILURE, () -> {
                if (acceptKey.isValid()) {
                    acceptKey.interestOps(SelectionKey.OP_ACCEPT);
                }
            });
        }
    }

    private void acceptAll() throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            admit(channel);
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        try {
            if (strangers.size() >= MAX_STRANGERS) {
                strangers.iterator().next().connection.close("too many connections have not introduced themselves");
            }
            new Stranger(new ControlConnection(loop, channel));
        } catch (IOException | RuntimeException | Error e) {
            channel.close(); // nobody else would
            throw e;
        }
    }

    /** Takes the bootstrap file, so that it works once. All are compared in full: the time taken tells nothing. */
    private ExpectedWorker redeem(String token) {
        String match = match(token, expected.keySet());
        return match == null ? null : expected.remove(match);
    }

    private static String match(String token, Set<String> candidates) {
        String match = null;
        for (String candidate : candidates) {
            if (isEqual(candidate, token)) {
                match = candidate;
            }
        }
        return match;
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /** A connection that has not introduced itself yet. */
    private final class Stranger implements ControlConnection.Receiver {
        private final ControlConnection connection;
        private final Timer timer;

        Stranger(ControlConnection connection) {
            this.connection = connection;
            this.timer = loop.after(
                    HELLO_TIMEOUT,
                    () -> connection.close("no introduction within " + HELLO_TIMEOUT.toSeconds() + " s"));
            strangers.add(this);
            connection.deliverTo(this);
        }

        @Override
        public void received(ControlMessage message) throws ProtocolException {
            if (message instanceof Operator operator) {
                admit(operator);
            } else if (message instanceof Hello hello) {
                admit(hello);
            } else if (message instanceof Again again) {
                admit(again);
            } else {
                throw new ProtocolException("the first message is not an introduction");
            }
        }

        private void admit(Operator operator) {
            if (operator.version() != ControlMessage.VERSION) {
                refuseVersion("the command", operator.version());
                return;
            }
            if (!isEqual(operator.token(), operatorToken)) {
                refuse("the token is not this supervisor's");
                return;
            }
            leave();
            operators.accept(connection);
        }

        private void admit(Hello hello) {
            if (hello.version() != ControlMessage.VERSION) {
                refuseVersion("the worker", hello.version());
                return;
            }
            ExpectedWorker worker = redeem(hello.token());
            if (worker == null) {
                refuse("the token is stale or foreign: a worker must be started by its supervisor");
                return;
            }
            ProcessHandle process = processOf(worker, hello.pid());
            if (process != null) {
                leave();
                worker.connected(connection, process, hello);
                connection.send(welcome);
            }
        }

        private void admit(Again again) {
            if (again.version() != Again.CURRENT_VERSION) {
                refuse("the supervisor adopts workers by protocol " + Again.CURRENT_VERSION + ", the worker speaks "
                        + again.version() + ": it is replaced");
                return;
            }
            String match = match(again.token(), known.keySet());
            if (match == null) {
                refuse("the token is foreign: it is not a worker of this service that an earlier supervisor has left");
                return;
            }
            ExpectedWorker worker = known.get(match);
            worker.hearOut(); // it may have hung up, and the end of the link not have been read yet
            if (worker.isConnected()) {
                refuse("worker " + worker.index() + " has called already");
                return;
            }
            ProcessHandle process = processOf(worker, again.pid());
            if (process == null) {
                return;
            }
            connection.send(welcome);
            if (connection.isOpen()) { // otherwise it has hung up, and will call again
                expected.remove(match);
                leave();
                worker.connectedAgain(connection, process, again);
            }
        }

        /** {@code null}, after a refusal, if the process is not that worker's. */
        private ProcessHandle processOf(ExpectedWorker worker, long pid) {
            ProcessHandle process = ProcessHandle.of(pid).orElse(null);
            if (process == null || !worker.owns(process)) {
                refuse("process " + pid + " is not a process that this supervisor started");
                return null;
            }
            try {
                HostProcess.Peer peer = connection.peer().orElse(null);
                if (peer != null && (peer.pid() != pid || peer.uid() != UserId.ours())) {
                    refuse("process " + peer.pid() + " of user " + peer.uid() + " claims to be process " + pid);
                    return null;
                }
                return process;
            } catch (IOException e) {
                refuse("cannot determine who calls: " + e.getMessage());
                return null;
            }
        }

        @Override
        public void closed(String reason) {
            leave();
            LOG.log(Level.WARNING, "control connection turned away: {0}", reason);
        }

        private void refuseVersion(String peer, int version) {
            refuse("the supervisor speaks control protocol " + ControlMessage.VERSION + ", " + peer + " " + version
                    + ": use the same Forkless version for both");
        }

        private void refuse(String reason) {
            connection.send(new Refused(0, reason));
            connection.close(reason);
        }

        private void leave() {
            timer.cancel();
            strangers.remove(this);
        }
    }
}
