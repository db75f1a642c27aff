package io.forkless.supervisor.link;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Operator;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Tokens;
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
public final class ControlServer implements Closeable {
    /** How long a connection may take to introduce itself. */
    static final Duration HELLO_TIMEOUT = Duration.ofSeconds(10);

    /** Connections that have not introduced themselves; the oldest gives way. */
    public static final int MAX_STRANGERS = 128;

    private static final Duration PAUSE_AFTER_ACCEPT_FAILURE = Duration.ofSeconds(1);
    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final ServerSocketChannel server;
    private final SelectionKey acceptKey;
    private final SocketAddress address;
    private final Welcome welcome;
    private final String operatorToken;
    private final Consumer<ControlConnection> operators;
    private final Map<String, ExpectedWorker> expected = new HashMap<>();
    private final Set<Stranger> strangers = new LinkedHashSet<>();

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
        this.server = open(directory);
        this.address = server.getLocalAddress();
        this.acceptKey = loop.register(server, SelectionKey.OP_ACCEPT, this::accept);
    }

    public SocketAddress address() {
        return address;
    }

    /** Makes the bootstrap file with which exactly that worker can connect, once. */
    public BootstrapFile expect(ExpectedWorker worker) {
        String token = Tokens.random();
        expected.put(token, worker);
        return new BootstrapFile(worker.index(), address, token);
    }

    /** Withdraws the bootstrap file of a worker that has exited. */
    public void forget(ExpectedWorker worker) {
        expected.values().remove(worker);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static ServerSocketChannel open(PrivateDirectory directory) throws IOException {
        ServerSocketChannel channel;
        try {
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(directory.resolve(BootstrapFile.SOCKET_FILE)));
        } catch (UnsupportedOperationException e) {
            // Windows before 10 1803. The token alone then tells who may speak.
            channel = ServerSocketChannel.open();
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        }
        return channel;
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
        String match = null;
        for (String candidate : expected.keySet()) {
            if (isEqual(candidate, token)) {
                match = candidate;
            }
        }
        return match == null ? null : expected.remove(match);
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
            ProcessHandle process = ProcessHandle.of(hello.pid()).orElse(null);
            if (process == null || !worker.owns(process)) {
                refuse("process " + hello.pid() + " is not a process that this supervisor started");
                return;
            }
            leave();
            worker.connected(connection, process);
            connection.send(welcome);
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
