package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.WorkerRecord;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The smallest supervisor: a real control socket, spoken to as text and without the code under test. */
final class TestSupervisor implements Closeable {
    static final String TOKEN = "0123456789abcdef";
    static final String END = "(end of stream)";

    final PrivateDirectory directory;
    final Path scoreboard;
    final Path bootstrap;

    /** Rare enough to be in nobody's way. */
    static final long HEARTBEAT_MILLIS = 3_600_000;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
    private final ServerSocketChannel server;
    private final SocketAddress address;
    private final Thread acceptor = new Thread(this::acceptAndRead, "test-supervisor");
    private final BootstrapFile.Service service;
    private SocketChannel worker;

    /** One whose workers go with it. */
    TestSupervisor() throws IOException {
        this(PrivateDirectory.create("forkless-test-"), null);
    }

    private TestSupervisor(PrivateDirectory directory, BootstrapFile.Service service) throws IOException {
        this.directory = directory;
        this.service = service;
        scoreboard = directory.resolve(Scoreboard.FILE);
        bootstrap = directory.resolve("worker-5" + BootstrapFile.FILE_SUFFIX);
        server = listen();
        address = server.getLocalAddress();
        Files.deleteIfExists(bootstrap);
        bootstrap().writeTo(bootstrap);
        Scoreboard.openOrCreate(scoreboard).close();
        acceptor.setDaemon(true);
        acceptor.start();
    }

    /** One of a service, whose workers serve on for that long; it cannot be found until it is {@linkplain #publish published}. */
    static TestSupervisor ofService(Duration orphanTimeout) throws IOException {
        PrivateDirectory directory = PrivateDirectory.ofService("web");
        return new TestSupervisor(
                directory,
                new BootstrapFile.Service(
                        "web",
                        directory.path().resolveSibling("web" + EndpointText.FILE_SUFFIX),
                        directory.resolve("5-1" + WorkerRecord.FILE_SUFFIX),
                        "origin",
                        orphanTimeout));
    }

    BootstrapFile bootstrap() {
        return new BootstrapFile(5, address, TOKEN).withService(service);
    }

    /** Workers find it from now on. */
    void publish() throws IOException {
        PrivateDirectory.replace(
                endpoint(), endpointText(ProcessHandle.current().pid()));
    }

    /** As it is found by workers, with another pid. */
    String endpointText(long pid) {
        return pid + " 00ff00ff " + EndpointText.encode(address) + "\n";
    }

    Path endpoint() {
        return service.endpoint();
    }

    Path record() {
        return service.record();
    }

    /** The next line that the worker sent. */
    String nextLine() throws InterruptedException {
        String line = received.poll(60, TimeUnit.SECONDS);
        assertThat(line).as("a line from the worker").isNotNull();
        return line;
    }

    /** What the worker has published; read and not mapped, as Windows removes no file that is mapped. */
    long[] openAndAccepted() throws IOException {
        LongBuffer board = ByteBuffer.wrap(Files.readAllBytes(scoreboard))
                .order(ByteOrder.nativeOrder())
                .asLongBuffer();
        int record = 2 + 3 * bootstrap().index();
        return new long[] {board.get(record), board.get(record + 1)};
    }

    /** Whether the worker says nothing for that long. */
    boolean hearsNothingFor(long millis) throws InterruptedException {
        return received.poll(millis, TimeUnit.MILLISECONDS) == null;
    }

    /** What is sent goes to the worker that connected last. */
    void send(String line) throws IOException, InterruptedException {
        SocketChannel latest = accepted.poll(worker == null ? 60 : 0, TimeUnit.SECONDS);
        worker = latest == null ? worker : latest;
        assertThat(worker).as("a connection from a worker").isNotNull();
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            worker.write(bytes);
        }
    }

    /** Welcomes a worker with that drain time-out. */
    void welcome(long drainMillis) throws IOException, InterruptedException {
        welcome(drainMillis, HEARTBEAT_MILLIS);
    }

    void welcome(long drainMillis, long heartbeatMillis) throws IOException, InterruptedException {
        assertThat(nextLine()).startsWith("hello 1 " + TOKEN + " ");
        send("welcome " + drainMillis + " " + heartbeatMillis);
    }

    /** Ends the connection, as the death of the supervisor would, but goes on listening. */
    void closeConnection() throws IOException {
        worker.close();
    }

    /** As a supervisor that was killed: its files stay behind, and nobody listens. */
    void die() throws IOException {
        server.close();
        if (worker != null) {
            worker.close();
        }
        for (SocketChannel channel : accepted) {
            channel.close();
        }
        // Until its accept has returned the system goes on listening.
        await().until(() -> !acceptor.isAlive());
    }

    @Override
    public void close() throws IOException {
        die();
        directory.close();
    }

    /** Where there are no Unix-domain sockets, the supervisor speaks TCP as well. */
    private ServerSocketChannel listen() throws IOException {
        try {
            Path socket = directory.resolve(BootstrapFile.SOCKET_FILE);
            return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        } catch (UnsupportedOperationException e) {
            return ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
        }
    }

    private void acceptAndRead() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                accepted.add(channel);
                readLines(channel);
            }
        } catch (IOException e) {
            // closed by the test
        }
    }

    private void readLines(SocketChannel channel) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                received.add(line);
            }
        } catch (IOException e) {
            // the end as well
        }
        received.add(END);
    }
}
