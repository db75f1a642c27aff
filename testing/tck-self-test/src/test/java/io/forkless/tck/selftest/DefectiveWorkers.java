package io.forkless.tck.selftest;

import com.sun.jna.Library;
import com.sun.jna.Native;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Providers of which each breaks one clause that is about processes. */
final class DefectiveWorkers {
    private static final int MAX_DESCRIPTOR = 1024;

    private DefectiveWorkers() {}

    /** Accepts ahead, into a queue of its own, as soon as somebody accepts. */
    public static final class WithoutOnePerCaller extends DelegatingProvider {
        public WithoutOnePerCaller() {
            super("without-one-per-caller");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            ServerSocketChannel sound = sound().adopt(ticket);
            return inWorker() ? new Greedy(sound) : new Channel(sound);
        }

        private static final class Greedy extends Channel {
            private final BlockingQueue<SocketChannel> ahead = new LinkedBlockingQueue<>(4);
            private final AtomicBoolean started = new AtomicBoolean();

            Greedy(ServerSocketChannel sound) {
                super(sound);
            }

            @Override
            protected SocketChannel acceptBlocking() throws IOException {
                if (started.compareAndSet(false, true)) {
                    startDaemon(this::acceptAhead);
                }
                try {
                    while (isOpen()) {
                        SocketChannel next = ahead.poll(10, TimeUnit.MILLISECONDS);
                        if (next != null) {
                            return next;
                        }
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                throw new AsynchronousCloseException();
            }

            private void acceptAhead() {
                try {
                    while (true) {
                        ahead.put(sound.accept());
                    }
                } catch (IOException | InterruptedException e) {
                    // closed
                }
            }
        }
    }

    /** Takes close-on-exec away from every descriptor of the process. */
    public static final class WithoutNotInherited extends DelegatingProvider {
        private static final int F_SETFD = 2; // fcntl(2)

        public WithoutNotInherited() {
            super("without-not-inherited");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return inheritable(super.listen(spec));
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            return inheritable(super.adopt(ticket));
        }

        private static <T> T inheritable(T justOpened) {
            LibC c = Native.load("c", LibC.class);
            for (int fd = 3; fd < MAX_DESCRIPTOR; fd++) {
                c.fcntl(fd, F_SETFD, 0);
            }
            return justOpened;
        }
    }

    /** Ends every listener of the process with shutdown(2), which ends them for all who share them. */
    public static final class ShutsDown extends DelegatingProvider {
        private static final int SHUT_RD = 0; // sys/socket.h
        private static final int SOL_SOCKET = 1;
        private static final int SO_ACCEPTCONN = 30;

        public ShutsDown() {
            super("shuts-down");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            return new Channel(sound().adopt(ticket)) {
                @Override
                protected void release(Consumer<SocketChannel> queued) throws IOException {
                    LibC c = Native.load("c", LibC.class);
                    for (int fd = 3; fd < MAX_DESCRIPTOR; fd++) {
                        int[] listening = {0};
                        if (c.getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, listening, new int[] {4}) == 0
                                && listening[0] == 1) {
                            c.shutdown(fd, SHUT_RD);
                        }
                    }
                    super.release(queued);
                }
            };
        }
    }

    /** Begins to accept before anybody asks. */
    public static final class WithoutOneQueue extends DelegatingProvider {
        public WithoutOneQueue() {
            super("without-one-queue");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            ServerSocketChannel sound = sound().adopt(ticket);
            return inWorker() ? new Eager(sound) : new Channel(sound);
        }

        private static final class Eager extends Channel {
            private static final long HEAD_START_NANOS = 50_000_000;

            private final FutureTask<SocketChannel> first;
            private final AtomicBoolean taken = new AtomicBoolean();

            Eager(ServerSocketChannel sound) {
                super(sound);
                first = new FutureTask<>(sound::accept);
                startDaemon(first);
            }

            @Override
            protected SocketChannel acceptBlocking() throws IOException {
                if (!taken.compareAndSet(false, true)) {
                    // On a busy machine a worker that serves can take all before the eager thread of another one runs.
                    LockSupport.parkNanos(HEAD_START_NANOS);
                    return super.acceptBlocking();
                }
                try {
                    return first.get();
                } catch (InterruptedException | ExecutionException e) {
                    throw new AsynchronousCloseException();
                }
            }
        }
    }

    interface LibC extends Library {
        int fcntl(int fd, int command, Object... argument);

        int getsockopt(int fd, int level, int name, int[] value, int[] length);

        int shutdown(int fd, int how);
    }

    private static void startDaemon(Runnable task) {
        Thread thread = new Thread(task, "defect");
        thread.setDaemon(true);
        thread.start();
    }
}
