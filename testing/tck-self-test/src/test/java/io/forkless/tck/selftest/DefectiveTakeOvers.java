package io.forkless.tck.selftest;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Providers of which each breaks one clause when a supervisor takes a listener over. */
final class DefectiveTakeOvers {
    private DefectiveTakeOvers() {}

    /** Takes the listener, and listens somewhere else. */
    public static final class WithoutTakeOver extends DelegatingProvider {
        public WithoutTakeOver() {
            super("without-take-over");
        }

        @Override
        public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
            sound().takeOver(spec, ticket).leave();
            return new Listener(sound().listen(ListenSpec.tcp("127.0.0.1", 0)));
        }
    }

    /** Quiesces again what it has quiesced before. */
    public static final class WithoutTakeOverReopens extends DelegatingProvider {
        private static final Set<SocketAddress> QUIESCED = ConcurrentHashMap.newKeySet();

        public WithoutTakeOverReopens() {
            super("without-take-over-reopens");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
                    Quiescence end = super.quiesce(limit);
                    QUIESCED.add(localAddress());
                    return end;
                }
            };
        }

        @Override
        public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
            SharedListener taken = super.takeOver(spec, ticket);
            if (QUIESCED.contains(taken.localAddress())) {
                try {
                    taken.quiesce(Duration.ZERO);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return taken;
        }
    }

    /** Leaves as it closes. */
    public static final class WithoutLeave extends DelegatingProvider {
        public WithoutLeave() {
            super("without-leave");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public void leave() throws IOException {
                    super.close();
                }
            };
        }
    }

    /** Remembers the channel that has made a ticket, and what has become of the ticket. */
    private abstract static class Forgiving extends DelegatingProvider {
        final Map<String, SharedServerSocketChannel> made = new ConcurrentHashMap<>();
        final Map<String, Long> madeAt = new ConcurrentHashMap<>();
        final Set<String> redeemed = ConcurrentHashMap.newKeySet();

        Forgiving(String name) {
            super(name);
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            SharedServerSocketChannel channel = sound().adopt(ticket);
            return new Channel(channel) {
                @Override
                public byte[] ticketFor(ProcessHandle supervisor) throws IOException {
                    byte[] made = super.ticketFor(supervisor);
                    Forgiving.this.made.put(keyOf(made), channel);
                    madeAt.put(keyOf(made), System.nanoTime());
                    return made;
                }

                @Override
                protected void release(Consumer<SocketChannel> queued) throws IOException {
                    beforeRelease(channel);
                    super.release(queued);
                }
            };
        }

        @Override
        public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
            String key = keyOf(ticket);
            try {
                SharedListener taken = super.takeOver(spec, ticket);
                redeemed.add(key);
                return taken;
            } catch (IOException e) {
                if (!made.containsKey(key)) {
                    throw e;
                }
                return forgive(spec, key, e);
            }
        }

        private static String keyOf(byte[] ticket) {
            return HexFormat.of().formatHex(ticket);
        }

        void beforeRelease(SharedServerSocketChannel channel) throws IOException {}

        abstract SharedListener forgive(ListenSpec spec, String ticket, IOException refusal) throws IOException;

        SharedListener takeOverAgain(ListenSpec spec, String ticket) throws IOException {
            return new Listener(sound().takeOver(spec, made.get(ticket).ticketFor(SELF)));
        }
    }

    public static final class WithoutWorkerTicketOnce extends Forgiving {
        public WithoutWorkerTicketOnce() {
            super("without-worker-ticket-once");
        }

        @Override
        SharedListener forgive(ListenSpec spec, String ticket, IOException refusal) throws IOException {
            if (!redeemed.contains(ticket)) {
                throw refusal;
            }
            return takeOverAgain(spec, ticket);
        }
    }

    public static final class WithoutWorkerTicketExpires extends Forgiving {
        private static final long VALIDITY_NANOS = 20_000_000_000L;

        public WithoutWorkerTicketExpires() {
            super("without-worker-ticket-expires");
        }

        @Override
        SharedListener forgive(ListenSpec spec, String ticket, IOException refusal) throws IOException {
            if (redeemed.contains(ticket) || System.nanoTime() - madeAt.get(ticket) < VALIDITY_NANOS) {
                throw refusal;
            }
            return takeOverAgain(spec, ticket);
        }
    }

    /** Keeps a copy for each ticket that is outstanding. */
    public static final class WithoutVoidWorkerTickets extends Forgiving {
        private final Map<String, SharedListener> kept = new ConcurrentHashMap<>();

        public WithoutVoidWorkerTickets() {
            super("without-void-worker-tickets");
        }

        @Override
        void beforeRelease(SharedServerSocketChannel channel) throws IOException {
            for (Map.Entry<String, SharedServerSocketChannel> entry : made.entrySet()) {
                if (entry.getValue() == channel && !redeemed.contains(entry.getKey())) {
                    kept.put(entry.getKey(), takeOverAgain(null, entry.getKey()));
                }
            }
        }

        @Override
        SharedListener forgive(ListenSpec spec, String ticket, IOException refusal) throws IOException {
            if (!kept.containsKey(ticket)) {
                throw refusal;
            }
            return kept.remove(ticket);
        }
    }
}
