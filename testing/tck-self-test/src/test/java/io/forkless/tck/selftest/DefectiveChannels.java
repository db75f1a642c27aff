package io.forkless.tck.selftest;

import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Providers of which each breaks one clause with its adopted channel, within one process. */
final class DefectiveChannels {
    private DefectiveChannels() {}

    public static final class WithoutBlockingAccept extends DelegatingProvider {
        public WithoutBlockingAccept() {
            super("without-blocking-accept");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            return new Channel(sound().adopt(ticket)) {
                @Override
                protected SocketChannel acceptBlocking() throws IOException {
                    SocketChannel accepted = super.acceptBlocking();
                    accepted.configureBlocking(false);
                    return accepted;
                }
            };
        }
    }

    public static final class WithoutPromptClose extends DelegatingProvider {
        private static final int MANY = 8;

        public WithoutPromptClose() {
            super("without-prompt-close");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            AtomicInteger callers = new AtomicInteger();
            return new Channel(sound().adopt(ticket)) {
                @Override
                protected SocketChannel acceptBlocking() throws IOException {
                    callers.incrementAndGet();
                    try {
                        return super.acceptBlocking();
                    } finally {
                        callers.decrementAndGet();
                    }
                }

                @Override
                protected void release(Consumer<SocketChannel> queued) throws IOException {
                    if (callers.get() >= MANY) {
                        LockSupport.parkNanos(4_000_000_000L);
                    }
                    super.release(queued);
                }
            };
        }
    }

    /** Closes all copies in this process with any of them. */
    public static final class WithoutOwnCopyOnly extends DelegatingProvider {
        private static final Set<Channel> COPIES = ConcurrentHashMap.newKeySet();

        public WithoutOwnCopyOnly() {
            super("without-own-copy-only");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            Channel copy = new Channel(sound().adopt(ticket)) {
                @Override
                protected void release(Consumer<SocketChannel> queued) throws IOException {
                    for (Channel any : COPIES) {
                        any.sound.close();
                    }
                    COPIES.clear();
                }
            };
            COPIES.add(copy);
            return copy;
        }
    }

    /** Takes some time over each connection, and throws away what it has when it finds itself closed then. */
    public static final class WithoutNoLostConnection extends DelegatingProvider {
        public WithoutNoLostConnection() {
            super("without-no-lost-connection");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            return new Channel(sound().adopt(ticket)) {
                @Override
                protected SocketChannel acceptBlocking() throws IOException {
                    SocketChannel accepted = super.acceptBlocking();
                    LockSupport.parkNanos(500_000);
                    if (!isOpen()) {
                        accepted.close();
                        throw new AsynchronousCloseException();
                    }
                    return accepted;
                }
            };
        }
    }

    /** A worker removes the path. */
    public static final class WithoutUnixPaths extends DelegatingProvider {
        public WithoutUnixPaths() {
            super("without-unix-paths");
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            ServerSocketChannel sound = sound().adopt(ticket);
            return new Channel(sound) {
                @Override
                protected void release(Consumer<SocketChannel> queued) throws IOException {
                    if (sound.getLocalAddress() instanceof UnixDomainSocketAddress unix) {
                        Files.deleteIfExists(unix.getPath());
                    }
                    super.release(queued);
                }
            };
        }
    }
}
