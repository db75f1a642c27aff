package io.forkless.supervisor;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.spi.ListenSpec;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import io.forkless.worker.Worker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;

/**
 * A worker that answers lines with lines, and misbehaves if it is told to. Its arguments are a mode and, for the modes
 * that serve, the addresses to listen on.
 */
public final class TestWorker {
    /** Modes, the first argument. */
    public static final String SERVE = "serve";

    public static final String EXIT = "exit"; // at once, with status 3
    public static final String SILENT = "silent"; // never connects
    public static final String UNREADY = "unready"; // connects, and is never ready
    public static final String IDLE = "idle"; // is ready, and serves nobody
    public static final String FLEETING = "fleeting"; // ends as soon as it is ready
    public static final String DEAF = "deaf"; // is ready, and reads nothing from the supervisor ever after
    public static final String STUCK = "stuck"; // its drain handler does not return
    public static final String SAY_STDIN = "stdin"; // says how many bytes its standard input has, and serves

    private static final Set<Thread> CONVERSATIONS = ConcurrentHashMap.newKeySet();

    private final Worker worker;

    private TestWorker(Worker worker) {
        this.worker = worker;
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case EXIT -> System.exit(3);
            case SILENT -> sleepForEver();
            case DEAF -> beDeaf();
            default -> {
                Worker worker = Worker.current().orElseThrow();
                new TestWorker(worker).run(arguments[0], List.of(arguments).subList(1, arguments.length));
            }
        }
    }

    private void run(String mode, List<String> addresses) throws Exception {
        switch (mode) {
            case UNREADY -> sleepForEver();
            case IDLE -> {
                worker.ready();
                sleepForEver();
            }
            case FLEETING -> {
                worker.ready();
                Runtime.getRuntime().halt(4);
            }
            case STUCK -> worker.onDrain(limit -> sleepForEver());
            case SAY_STDIN -> {
                int bytes = 0;
                while (System.in.read() >= 0) {
                    bytes++;
                }
                System.out.println("stdin has " + bytes + " bytes");
            }
            default -> {}
        }
        List<ServerSocketChannel> servers = new ArrayList<>();
        List<Thread> acceptors = new ArrayList<>();
        for (String address : addresses) {
            ServerSocketChannel server = worker.listen(ListenSpec.parse(address));
            servers.add(server);
            acceptors.add(new Thread(() -> accept(server), "acceptor"));
        }
        worker.onDrain(limit -> {
            for (ServerSocketChannel server : servers) {
                server.close();
            }
            for (Thread acceptor : acceptors) {
                acceptor.join(limit.toMillis()); // what it has just accepted becomes a conversation first
            }
            for (Thread conversation : CONVERSATIONS) {
                conversation.join(limit.toMillis());
            }
        });
        acceptors.forEach(Thread::start);
        worker.ready();
        for (Thread acceptor : acceptors) {
            acceptor.join();
        }
    }

    private void accept(ServerSocketChannel server) {
        while (true) {
            try {
                SocketChannel client = server.accept();
                worker.acceptPacing().opened();
                Thread conversation = new Thread(() -> converse(client), "conversation");
                CONVERSATIONS.add(conversation);
                conversation.start();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void converse(SocketChannel client) {
        try (client;
                BufferedReader in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
                PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8), true)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(answer(line));
            }
        } catch (Exception e) {
            System.err.println("conversation: " + e);
        } finally {
            worker.acceptPacing().closed();
            CONVERSATIONS.remove(Thread.currentThread());
        }
    }

    private String answer(String request) throws Exception {
        String[] word = request.split(" ", 2);
        return switch (word[0]) {
            case "who" ->
                "worker " + worker.index() + " pid " + ProcessHandle.current().pid();
            case "sleep" -> {
                Thread.sleep(Long.parseLong(word[1]));
                yield "slept";
            }
            case "halt" -> {
                Runtime.getRuntime().halt(Integer.parseInt(word[1]));
                yield "";
            }
            case "deadlock" -> {
                deadlock();
                yield "deadlocked";
            }
            case "listen" -> listen(ListenSpec.parse(word[1]));
            case "spawn" ->
                Long.toString(JavaProgram.of(Sleeper.class)
                        .process()
                        .inheritIO()
                        .start()
                        .pid());
            case "child-environment" -> childEnvironment();
            case "print" -> {
                for (int i = 0; i < Integer.parseInt(word[1]); i++) {
                    System.out.println("line " + i + " of worker " + worker.index());
                }
                yield "printed";
            }
            default -> "echo " + request;
        };
    }

    /** Two threads that take two locks in opposite orders. */
    private static void deadlock() {
        Object one = new Object();
        Object other = new Object();
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        new Thread(() -> take(one, bothHoldOne, other), "philosopher-1").start();
        new Thread(() -> take(other, bothHoldOne, one), "philosopher-2").start();
    }

    private static void take(Object first, CyclicBarrier bothHoldOne, Object second) {
        synchronized (first) {
            try {
                bothHoldOne.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            synchronized (second) {
                throw new IllegalStateException("no deadlock");
            }
        }
    }

    private String listen(ListenSpec spec) {
        try (ServerSocketChannel listener = worker.listen(spec)) {
            return "listening on " + listener.getLocalAddress();
        } catch (IOException e) {
            return "refused: " + e.getMessage();
        }
    }

    /** What a child of this worker sees of the control channel: the variable, and whether the file it names is there. */
    private static String childEnvironment() throws IOException {
        Process child = new ProcessBuilder(JavaProgram.of(EnvironmentPrinter.class, BootstrapFile.ENVIRONMENT)
                        .command())
                .start();
        try (BufferedReader output = child.inputReader()) {
            String bootstrap = output.readLine();
            return bootstrap + " exists: " + Files.exists(Path.of(bootstrap));
        }
    }

    /** Speaks the protocol without the library, whose link would hear the order to drain and the supervisor's end. */
    private static void beDeaf() throws IOException {
        BootstrapFile bootstrap = BootstrapFile.take(Path.of(System.getenv(BootstrapFile.ENVIRONMENT)));
        SocketChannel link = SocketChannel.open(bootstrap.address());
        long pid = ProcessHandle.current().pid();
        link.write(ByteBuffer.wrap(new Hello(ControlMessage.VERSION, bootstrap.token(), pid, false).toBytes()));
        link.write(ByteBuffer.wrap(new Ready().toBytes()));
        sleepForEver();
    }

    private static void sleepForEver() {
        try {
            Thread.sleep(Duration.ofHours(1).toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
