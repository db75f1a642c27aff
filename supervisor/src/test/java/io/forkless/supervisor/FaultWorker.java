package io.forkless.supervisor;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.LineBuffer;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import io.forkless.worker.Worker;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A worker that halts at a step of its start, which a file names when it begins, so that a fault can meet it there. A
 * file named after its pid says that it has arrived. What comes before the step is done as by the library; between the
 * ticket and the descriptor the library does not stop, so there this speaks the protocols itself.
 */
public final class FaultWorker {
    /** Steps, the first word of the file. */
    public static final String SERVE = "serve"; // no halt

    static final String START = "start"; // the JVM runs, and knows the supervisor not yet
    static final String BOOT = "boot"; // the same, until the file "go" is beside that with the step
    static final String HELLO = "hello"; // the link is there
    static final String ASKED = "asked"; // it has asked for a listener, and not read the answer
    static final String TICKET = "ticket"; // it has the ticket
    static final String CONNECTED = "connected"; // to the hand-off socket
    static final String HALF_NONCE = "half-nonce"; // it has begun to prove who it is
    static final String NONCE = "nonce"; // it has proved it: the descriptor is on its way
    static final String LISTENING = "listening"; // it has the listener, and is not ready

    /** Of a POSIX ticket; the path of the hand-off socket follows. */
    private static final int NONCE_BYTES = 32;

    private FaultWorker() {}

    /** Arguments: the file with the step, and the address to listen on. */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        String address = arguments[1];
        String step = Files.readString(file);
        switch (step) {
            case SERVE -> {}
            case START -> {
                ProcessHandle supervisor = ProcessHandle.current().parent().orElseThrow();
                arrived(file);
                supervisor.onExit().join();
            }
            case BOOT -> {
                arrived(file);
                while (Files.notExists(file.resolveSibling("go"))) {
                    Thread.sleep(20);
                }
                Worker.current().orElseThrow();
                System.err.println("booted"); // to the log of the supervisor
            }
            case HELLO -> {
                Worker.current().orElseThrow();
                arrived(file);
                Thread.sleep(Long.MAX_VALUE);
            }
            case LISTENING -> {
                Worker.current().orElseThrow().listen(ListenSpec.parse(address));
                arrived(file);
                Thread.sleep(Long.MAX_VALUE);
            }
            default -> {
                handOff(file, step, ListenSpec.parse(address));
                return;
            }
        }
        TestWorker.main(new String[] {TestWorker.SERVE, address});
    }

    /** Where the worker says that it has arrived. */
    public static Path arrival(Path file, long pid) {
        return file.resolveSibling("arrived-" + pid);
    }

    private static void arrived(Path file) throws IOException {
        Files.createFile(arrival(file, ProcessHandle.current().pid()));
    }

    private static void handOff(Path file, String step, ListenSpec spec) throws IOException {
        BootstrapFile bootstrap = BootstrapFile.take(Path.of(System.getenv(BootstrapFile.ENVIRONMENT)));
        try (SocketChannel link = SocketChannel.open(bootstrap.address())) {
            LineBuffer lines = new LineBuffer();
            long pid = ProcessHandle.current().pid();
            send(link, new Hello(ControlMessage.VERSION, bootstrap.token(), pid, false));
            receive(link, lines);
            send(link, new Listen(1, spec));
            if (!step.equals(ASKED)) {
                Ticket ticket = ((Granted) receive(link, lines)).ticket();
                fetch(step, ByteBuffer.wrap(ticket.payload()));
            }
            arrived(file);
            while (receive(link, lines) != null) {
                // until the supervisor is gone
            }
        }
    }

    /** The connection stays open. */
    private static void fetch(String step, ByteBuffer ticket) throws IOException {
        if (step.equals(TICKET)) {
            return;
        }
        byte[] nonce = new byte[NONCE_BYTES];
        String path = StandardCharsets.UTF_8.decode(ticket.get(nonce)).toString();
        SocketChannel handOff = SocketChannel.open(UnixDomainSocketAddress.of(path));
        switch (step) {
            case CONNECTED -> {}
            case HALF_NONCE -> handOff.write(ByteBuffer.wrap(nonce, 0, NONCE_BYTES / 2));
            case NONCE -> handOff.write(ByteBuffer.wrap(nonce));
            default -> throw new IllegalArgumentException(step);
        }
    }

    private static void send(SocketChannel link, ControlMessage message) throws IOException {
        link.write(ByteBuffer.wrap(message.toBytes()));
    }

    private static ControlMessage receive(SocketChannel link, LineBuffer lines) throws IOException {
        String line = lines.nextLine();
        while (line == null) {
            if (link.read(lines.writable()) < 0) {
                return null;
            }
            line = lines.nextLine();
        }
        return ControlMessage.parse(line);
    }
}
