package io.forkless.worker;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Adopted;
import io.forkless.internal.control.ControlMessage.Drain;
import io.forkless.internal.control.ControlMessage.DumpThreads;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.HandOver;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.ReopenOutput;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.LineBuffer;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The worker's end of the control channel. One thread reads; any thread may send. The end of the stream means that the
 * supervisor is gone.
 */
final class SupervisorLink implements Closeable {
    /** How long the supervisor may take to answer; it resolves host names and binds meanwhile. */
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    /** What the supervisor does on its own accord; called by the reading thread. */
    interface Events {
        void drainRequested();

        void threadDumpRequested();

        /** The supervisor wants a copy of the listener with that number. */
        void handOverRequested(long id);

        /**
         * The supervisor has adopted this worker.
         *
         * @param readsOutput whether it reads what this worker prints
         */
        void adopted(boolean readsOutput);

        /** The log file that this worker writes was renamed. */
        void outputToReopen();

        void supervisorLost();
    }

    /** The supervisor has refused; the message says why. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedException(String reason) {
            super(reason);
        }
    }

    /** Sends the first message, which says who calls. */
    interface Introduction {
        void send(SupervisorLink link) throws IOException;
    }

    private static final long HELLO = 0;

    /** After a failure, most likely of memory, so that the reader does not spin. */
    private static final long FAILURE_PAUSE_MILLIS = 100;

    private final SocketChannel channel;
    private final Duration answerTimeout;
    private final Map<Long, CompletableFuture<ControlMessage>> pending = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong(HELLO);
    private final CompletableFuture<Events> events = new CompletableFuture<>();
    private Welcome welcome;

    private SupervisorLink(SocketChannel channel, Duration answerTimeout) {
        this.channel = channel;
        this.answerTimeout = answerTimeout;
    }

    /** Connects and introduces this process to the supervisor that started it. */
    static SupervisorLink open(BootstrapFile bootstrap, Duration answerTimeout) throws IOException {
        return open(bootstrap.address(), bootstrap, answerTimeout);
    }

    /** The same, at another address. */
    static SupervisorLink open(SocketAddress address, BootstrapFile bootstrap, Duration answerTimeout)
            throws IOException {
        return open(
                address,
                link -> link.send(new Hello(
                        ControlMessage.VERSION,
                        bootstrap.token(),
                        ProcessHandle.current().pid(),
                        Debugger.mayStopThisJvm(),
                        OwnOutput.canReopen(bootstrap.output()))),
                answerTimeout);
    }

    /**
     * Connects to a supervisor and introduces this process.
     *
     * @throws RefusedException if the supervisor refuses it
     */
    static SupervisorLink open(SocketAddress address, Introduction introduction, Duration answerTimeout)
            throws IOException {
        SupervisorLink link = new SupervisorLink(SocketChannel.open(address), answerTimeout);
        try {
            CompletableFuture<ControlMessage> answer = link.expect(HELLO);
            start("forkless-supervisor-link", link::read);
            introduction.send(link);
            link.welcome = link.await(HELLO, answer, "hello", Welcome.class);
            return link;
        } catch (IOException | RuntimeException | Error e) {
            link.close();
            throw e;
        }
    }

    /** Names the receiver of events, those that have happened already included. */
    void deliverTo(Events receiver) {
        events.complete(receiver);
    }

    /** How long the supervisor lets a worker drain. */
    Duration drainTimeout() {
        return welcome.drainTimeout();
    }

    /** How often the supervisor wants to hear of a worker. */
    Duration heartbeatInterval() {
        return welcome.heartbeatInterval();
    }

    Ticket requestTicket(ListenSpec spec) throws IOException {
        long id = lastId.incrementAndGet();
        CompletableFuture<ControlMessage> answer = expect(id);
        send(new Listen(id, spec));
        return await(id, answer, "listen " + spec, Granted.class).ticket();
    }

    void send(ControlMessage message) throws IOException {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        start("forkless-supervisor-link-writer", () -> {
            try {
                sendUninterrupted(message);
                sent.complete(null);
            } catch (Throwable e) { // whoever sends waits
                sent.completeExceptionally(e);
            }
        });
        try {
            sent.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** For threads that nobody interrupts: an interrupt would close the channel and so end this worker. */
    synchronized void sendUninterrupted(ControlMessage message) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(message.toBytes());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Runs it on a thread that does not keep the JVM alive. */
    static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private CompletableFuture<ControlMessage> expect(long id) {
        CompletableFuture<ControlMessage> answer = new CompletableFuture<>();
        pending.put(id, answer);
        return answer;
    }

    private <T extends ControlMessage> T await(
            long id, CompletableFuture<ControlMessage> answer, String request, Class<T> expected) throws IOException {
        try {
            ControlMessage message = answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
            if (message instanceof Refused refused) {
                throw new RefusedException(refused.reason());
            }
            if (!expected.isInstance(message)) {
                throw new ProtocolException(request + ": the supervisor gave the answer to another question");
            }
            return expected.cast(message);
        } catch (ExecutionException e) {
            throw new IOException(request + ": the supervisor closed the control channel", e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(
                    request + ": no answer from the supervisor within " + answerTimeout.toMillis() + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(request + ": interrupted while waiting for the supervisor", e);
        } finally {
            pending.remove(id);
        }
    }

    private void read() {
        LineBuffer lines = new LineBuffer();
        IOException end = null;
        try (channel) { // nobody reads any more: a request that comes now shall fail and not wait
            boolean open = true;
            while (open) {
                open = readOnce(lines);
            }
        } catch (IOException e) {
            end = e;
        }
        IOException reason = end == null ? new IOException("end of stream") : end;
        pending.values().forEach(answer -> answer.completeExceptionally(reason));
        events.thenAccept(Events::supervisorLost);
    }

    /** An Error is no end: a worker that recovers must hear of its drain. Returns false at the end of the stream. */
    private boolean readOnce(LineBuffer lines) throws IOException {
        try {
            for (String line = lines.nextLine(); line != null; line = lines.nextLine()) {
                dispatch(ControlMessage.parse(line));
            }
            return channel.read(lines.writable()) >= 0;
        } catch (RuntimeException | Error e) {
            pause();
            return true;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(FAILURE_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            // nobody has reason to, and there is more to read
        }
    }

    private void dispatch(ControlMessage message) {
        if (message instanceof Drain) {
            events.thenAccept(Events::drainRequested);
            return;
        }
        if (message instanceof DumpThreads) {
            events.thenAccept(Events::threadDumpRequested);
            return;
        }
        if (message instanceof HandOver handOver) {
            events.thenAccept(receiver -> receiver.handOverRequested(handOver.id()));
            return;
        }
        if (message instanceof Adopted adopted) {
            events.thenAccept(receiver -> receiver.adopted(adopted.readsOutput()));
            return;
        }
        if (message instanceof ReopenOutput) {
            events.thenAccept(Events::outputToReopen);
            return;
        }
        long id = message instanceof Granted granted
                ? granted.id()
                : message instanceof Refused refused ? refused.id() : HELLO;
        CompletableFuture<ControlMessage> answer = pending.get(id);
        if (answer != null) {
            answer.complete(message);
        }
    }
}
