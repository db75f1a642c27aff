package io.forkless.tck;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The program of the processes that the tests start: obeys one command a line and answers each with one line. It ends
 * with its standard input. A provider's own tests may start it, too, with the provider's name as its argument:
 *
 * <dl>
 *   <dt>{@code listen SPEC}, {@code take-over SPEC TICKET}, {@code ticket PID}
 *   <dd>as a supervisor does
 *   <dt>{@code adopt TICKET}, {@code worker-ticket PID}
 *   <dd>as a worker does
 *   <dt>{@code serve N}
 *   <dd>accepts with that many threads, {@code acceptor-0} and so on, and tells each client the pid in a line
 *   <dt>{@code accept-one-each N}, {@code held}
 *   <dd>accepts one connection with each of that many threads; how many there are so far
 *   <dt>{@code close}
 *   <dd>closes the adopted channel
 *   <dt>{@code child STARTER}
 *   <dd>starts a process by that {@link ChildStarter}; the answer is its pid
 *   <dt>{@code run TASK}
 *   <dd>runs that {@link Task}
 * </dl>
 */
public final class WorkerProgram {
    /** The answer to a command that has no other. */
    public static final String DONE = "done";

    /** How the answer to a command that fails begins; the exception's message follows. */
    public static final String ERROR = "error: ";

    /** What a provider's own tests have a worker do. A task needs a public class and constructor. */
    public interface Task {
        /**
         * Runs in the thread that obeys the commands.
         *
         * @param channel that was adopted last; null if none was
         * @return the answer, in one line
         * @throws IOException whose message will be the answer
         */
        String run(SharedServerSocketChannel channel) throws IOException;
    }

    private static final Queue<SocketChannel> HELD = new ConcurrentLinkedQueue<>();

    private static ListenerProvider provider;
    private static SharedListener listener;
    private static SharedServerSocketChannel channel;

    private WorkerProgram() {}

    /** @param arguments the provider's name */
    public static void main(String[] arguments) throws Exception {
        provider = ListenerProviders.named(arguments[0]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String command; (command = commands.readLine()) != null; ) {
            System.out.print(answer(command.split(" ", 2)) + "\n");
            System.out.flush();
        }
        System.exit(0); // whatever threads the provider has left
    }

    private static String answer(String[] command) {
        try {
            return obey(command[0], command.length > 1 ? command[1] : "");
        } catch (IOException e) {
            return ERROR + e.getMessage();
        } catch (ReflectiveOperationException | RuntimeException e) {
            return ERROR + e;
        }
    }

    private static String obey(String command, String argument) throws IOException, ReflectiveOperationException {
        switch (command) {
            case "listen" -> listener = provider.listen(ListenSpec.parse(argument));
            case "take-over" -> {
                String[] words = argument.split(" ");
                listener = provider.takeOver(
                        ListenSpec.parse(words[0]), HexFormat.of().parseHex(words[1]));
            }
            case "ticket" -> {
                return HexFormat.of().formatHex(listener.ticketFor(process(argument)));
            }
            case "worker-ticket" -> {
                return HexFormat.of().formatHex(channel.ticketFor(process(argument)));
            }
            case "adopt" -> channel = provider.adopt(HexFormat.of().parseHex(argument));
            case "serve" -> startThreads(Integer.parseInt(argument), WorkerProgram::serve);
            case "accept-one-each" -> startThreads(Integer.parseInt(argument), () -> HELD.add(channel.accept()));
            case "held" -> {
                return Integer.toString(HELD.size());
            }
            case "close" -> channel.close();
            case "child" -> {
                ChildStarter starter = (ChildStarter)
                        Class.forName(argument).getDeclaredConstructor().newInstance();
                return Long.toString(starter.start(WorkerJvm.command(SleepingProgram.class)));
            }
            case "run" -> {
                Task task =
                        (Task) Class.forName(argument).getDeclaredConstructor().newInstance();
                return task.run(channel);
            }
            default -> throw new IOException("unknown command " + command);
        }
        return DONE;
    }

    private static ProcessHandle process(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static void serve() throws IOException {
        byte[] answer = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        while (true) {
            try (SocketChannel connection = channel.accept()) {
                connection.write(ByteBuffer.wrap(answer));
            }
        }
    }

    private static void startThreads(int count, Accepting accepting) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(() -> run(accepting), "acceptor-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void run(Accepting accepting) {
        try {
            accepting.run();
        } catch (ClosedChannelException e) {
            // told to close
        } catch (IOException e) {
            System.err.println("acceptor of process " + ProcessHandle.current().pid() + ": " + e);
        }
    }

    private interface Accepting {
        void run() throws IOException;
    }
}
