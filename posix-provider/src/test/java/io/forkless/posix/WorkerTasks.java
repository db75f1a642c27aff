package io.forkless.posix;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.UnixListenSpec;
import io.forkless.tck.WorkerProgram;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What workers are told to do that the test kit's program does not know. */
final class WorkerTasks {
    private static final Deque<FileInputStream> FILLERS = new ArrayDeque<>();

    /** In this JVM's directory for temporary files. */
    private static final UnixListenSpec OWN_PATH = ListenSpec.unix(System.getProperty("java.io.tmpdir") + "/listener");

    private WorkerTasks() {}

    /** As its supervisor says. */
    public static final class ExpectNoQuiesce implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            channel.quiescingWhen(() -> false);
            return WorkerProgram.DONE;
        }
    }

    /** Tells each client the pid, as the kit's program does, in a virtual thread. */
    public static final class ServeVirtually implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            Runnable serve = () -> serve(channel);
            try {
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, serve);
            } catch (ReflectiveOperationException e) {
                throw new IOException(e);
            }
            return WorkerProgram.DONE;
        }

        private static void serve(SharedServerSocketChannel channel) {
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
            try {
                while (true) {
                    try (SocketChannel connection = channel.accept()) {
                        connection.write(ByteBuffer.wrap(pid));
                    }
                }
            } catch (ClosedChannelException e) {
                // told to close
            } catch (IOException e) {
                System.err.println("acceptor: " + e);
            }
        }
    }

    /** Binds a socket as that of a hand-off, in this JVM's directory for temporary files. */
    public static final class ServeHandOff implements WorkerProgram.Task {
        private static ServerSocketChannel server;

        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(
                            Path.of(System.getProperty("java.io.tmpdir"), HandOff.SOCKET_FILE)));
            return WorkerProgram.DONE;
        }
    }

    /** How many bytes the first one who connected to {@link ServeHandOff} has sent; -1 if none. */
    public static final class ReceivedByHandOff implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            try (ServerSocketChannel server = ServeHandOff.server;
                    SocketChannel connection = server.accept()) {
                return Integer.toString(connection.read(ByteBuffer.allocate(TicketPayload.NONCE_BYTES)));
            }
        }
    }

    /** Redeems a ticket, which is in a file, without asking who serves it. */
    public static final class FetchByHand implements WorkerProgram.Task {
        /** The file, in this JVM's directory for temporary files. */
        static final String TICKET = "ticket";

        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), TICKET);
            TicketPayload payload = TicketPayload.decode("test", Files.readAllBytes(file));
            try (SocketChannel connection = SocketChannel.open(UnixDomainSocketAddress.of(payload.socket()))) {
                connection.write(ByteBuffer.wrap(payload.nonce()));
                return connection.read(ByteBuffer.allocate(1)) < 0 ? "refused" : "served";
            } catch (IOException e) {
                return "refused"; // it hung up before it was sent the nonce, or without having read it
            }
        }
    }

    /** Opens files until there is room for one more. */
    public static final class FillDescriptorsButOne implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            try {
                while (true) {
                    FILLERS.push(new FileInputStream("/dev/null"));
                }
            } catch (IOException tooManyOpenFiles) {
                FILLERS.pop().close();
            }
            return WorkerProgram.DONE;
        }
    }

    /** Closes them. */
    public static final class FreeDescriptors implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            while (!FILLERS.isEmpty()) {
                FILLERS.pop().close();
            }
            return WorkerProgram.DONE;
        }
    }

    /** Listens at the path of {@link #OWN_PATH} for other users, in vain. The answer has a reason for each, with a bar between. */
    public static final class GivePathsAway implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            return Stream.of(
                            OWN_PATH.withOwner("root"),
                            OWN_PATH.withGroup("root"),
                            OWN_PATH.withOwner("root").withGroup("root"))
                    .map(GivePathsAway::refusal)
                    .collect(Collectors.joining("|"));
        }

        private static String refusal(ListenSpec spec) {
            try (SharedListener given = new PosixListenerProvider().listen(spec)) {
                return "given away: " + given.localAddress();
            } catch (IOException e) {
                return e.getMessage();
            }
        }
    }

    /** Listens at {@link #OWN_PATH} as the user who may. */
    public static final class ListenAsNobody implements WorkerProgram.Task {
        private static SharedListener kept;

        @Override
        public String run(SharedServerSocketChannel channel) throws IOException {
            kept = new PosixListenerProvider().listen(OWN_PATH.withOwner("nobody"));
            return kept.localAddress().toString();
        }
    }

    /** Listens at {@link #OWN_PATH}, in vain. The answer is the reason. */
    public static final class FailToListen implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            return GivePathsAway.refusal(OWN_PATH);
        }
    }

    /** Closes the listener of {@link ListenAsNobody}, which fails. The answer is the reason. */
    public static final class FailToClose implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            try {
                ListenAsNobody.kept.close();
                return WorkerProgram.DONE;
            } catch (IOException e) {
                return e.getMessage();
            }
        }
    }
}
