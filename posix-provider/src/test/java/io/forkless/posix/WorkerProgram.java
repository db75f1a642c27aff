package io.forkless.posix;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.Ticket;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The program of the processes that the tests start: obeys one command a line and answers each with one line. It ends
 * with its standard input.
 */
final class WorkerProgram {
    static final String DONE = "done";
    static final String ERROR = "error: ";

    private static final PosixListenerProvider PROVIDER = new PosixListenerProvider();
    private static final Deque<FileInputStream> FILLERS = new ArrayDeque<>();
    private static final Queue<SocketChannel> CONNECTIONS = new ConcurrentLinkedQueue<>();

    private static SharedListener listener;
    private static SharedServerSocketChannel channel;

    private WorkerProgram() {}

    public static void main(String[] arguments) throws IOException {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command; (command = commands.readLine()) != null; ) {
            System.out.println(answer(command.split(" ", 2)));
        }
    }

    private static String answer(String[] command) {
        try {
            return obey(command[0], command.length > 1 ? command[1] : "");
        } catch (IOException | ReflectiveOperationException e) {
            return ERROR + e.getMessage();
        }
    }

    private static String obey(String command, String argument) throws IOException, ReflectiveOperationException {
        switch (command) {
            case "listen" -> listener = PROVIDER.listen(ListenSpec.parse(argument));
            case "listen-as" -> { // OWNER:GROUP PATH
                String[] part = argument.split("[: ]", 3);
                listener = PROVIDER.listen(ListenSpec.unix(part[2])
                        .withOwner(part[0].isEmpty() ? null : part[0])
                        .withGroup(part[1].isEmpty() ? null : part[1]));
            }
            case "ticket" -> {
                return listener.ticketFor(
                                ProcessHandle.of(Long.parseLong(argument)).orElseThrow())
                        .encode();
            }
            case "adopt" -> channel = PROVIDER.adopt(Ticket.decode(argument));
            case "expect-no-quiesce" -> channel.quiescingWhen(() -> false);
            case "accept" -> new Thread(WorkerProgram::acceptAll, "acceptor").start();
            case "accept-virtually" ->
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, (Runnable)
                        WorkerProgram::acceptAll);
            case "close" -> channel.close();
            case "fill-descriptors-but-one" -> fillDescriptorsButOne();
            case "free-descriptors" -> {
                while (!FILLERS.isEmpty()) {
                    FILLERS.pop().close();
                }
            }
            default -> throw new IOException("unknown command " + command);
        }
        return DONE;
    }

    /** Tells each client which process it has reached. */
    private static void acceptAll() {
        String pid = ProcessHandle.current().pid() + "\n";
        try {
            while (true) {
                SocketChannel connection = channel.accept();
                CONNECTIONS.add(connection);
                connection.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
            }
        } catch (ClosedChannelException e) {
            // told to close
        } catch (IOException e) {
            System.err.println("acceptor: " + e);
        }
    }

    private static void fillDescriptorsButOne() throws IOException {
        try {
            while (true) {
                FILLERS.push(new FileInputStream("/dev/null"));
            }
        } catch (IOException tooManyOpenFiles) {
            FILLERS.pop().close();
        }
    }
}
