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
 * with its standard input.
 */
final class WorkerProgram {
    static final String DONE = "done";
    static final String ERROR = "error: ";

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
            case "ticket" -> {
                ProcessHandle worker =
                        ProcessHandle.of(Long.parseLong(argument)).orElseThrow();
                return HexFormat.of().formatHex(listener.ticketFor(worker));
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
            default -> throw new IOException("unknown command " + command);
        }
        return DONE;
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
