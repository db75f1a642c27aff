package io.forkless.benchmarks.paths;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.worker.ConnectionCounts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An accepted connection, from the queue to its close. The clients have connected before the clock starts: with a client at
 * the same time, the figure would be mostly that of the kernel's handshakes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AcceptPath {
    /** The listener is the JDK's own. */
    public static final String PLAIN = "plain";

    /** It was handed over by the provider of this platform. */
    public static final String ADOPTED = "adopted";

    /** The same, and the adapters' bookkeeping for each connection, too. */
    public static final String COUNTED = "adopted, counted";

    private static final int FREE_THREADS = 190;
    private static final int QUEUED = 100;
    private static final int BACKLOG = 1024;

    @Param({PLAIN, ADOPTED, COUNTED})
    public String listener;

    private final List<SocketChannel> clients = new ArrayList<>();
    private SharedListener shared;
    private ServerSocketChannel channel;
    private SocketAddress address;
    private boolean counted;
    private ConnectionCounts counts;

    @Setup
    public void listen() throws Exception {
        Board board = Board.withWorkers(4);
        if (listener.equals(PLAIN)) {
            channel = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0), BACKLOG);
        } else {
            var provider = ListenerProviders.select();
            shared = provider.listen(ListenSpec.tcp("127.0.0.1", 0).withBacklog(BACKLOG));
            SharedServerSocketChannel adopted = provider.adopt(shared.ticketFor(ProcessHandle.current()));
            adopted.quiescingWhen(board.scoreboard()::isQuiescing); // as in a worker
            channel = adopted;
        }
        address = channel.getLocalAddress();
        counted = listener.equals(COUNTED);
        counts = new ConnectionCounts();
        counts.joinPacing(board.pacingOf(0), () -> FREE_THREADS);
    }

    @Setup(Level.Invocation)
    public void connect() throws IOException {
        for (int i = 0; i < QUEUED; i++) {
            clients.add(SocketChannel.open(address));
        }
    }

    @Benchmark
    @OperationsPerInvocation(QUEUED)
    public void acceptAndClose() throws IOException {
        for (int i = 0; i < QUEUED; i++) {
            if (counted) {
                counts.beforeAccept(channel);
                SocketChannel connection = channel.accept();
                counts.opened();
                counts.afterAccept();
                connection.close();
                counts.closed();
            } else {
                channel.accept().close();
            }
        }
    }

    @TearDown(Level.Invocation)
    public void disconnect() throws IOException {
        for (SocketChannel client : clients) {
            client.setOption(StandardSocketOptions.SO_LINGER, 0); // or all ports would soon wait for their time
            client.close();
        }
        clients.clear();
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
        if (shared != null) {
            shared.close();
        }
    }
}
