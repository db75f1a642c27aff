package io.forkless.tck.selftest;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Providers of which each breaks one clause with its tickets. */
final class DefectiveTickets {
    private DefectiveTickets() {}

    /** Remembers the tickets that this process has made, and which of them it has redeemed. */
    private abstract static class Forgiving extends DelegatingProvider {
        final Map<String, Listener> made = new ConcurrentHashMap<>();
        final Map<String, Long> madeAt = new ConcurrentHashMap<>();
        final Set<String> redeemed = ConcurrentHashMap.newKeySet();

        Forgiving(String name) {
            super(name);
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public byte[] ticketFor(ProcessHandle worker) throws IOException {
                    byte[] ticket = super.ticketFor(worker);
                    made.put(keyOf(ticket), this);
                    madeAt.put(keyOf(ticket), System.nanoTime());
                    return ticket;
                }

                @Override
                public void close() throws IOException {
                    beforeClose(this);
                    super.close();
                }
            };
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            String key = keyOf(ticket);
            try {
                SharedServerSocketChannel channel = super.adopt(ticket);
                redeemed.add(key);
                return channel;
            } catch (IOException e) {
                if (!made.containsKey(key)) {
                    throw e;
                }
                return forgive(key, e);
            }
        }

        private static String keyOf(byte[] ticket) {
            return HexFormat.of().formatHex(ticket);
        }

        void beforeClose(Listener listener) throws IOException {}

        abstract SharedServerSocketChannel forgive(String ticket, IOException refusal) throws IOException;

        SharedServerSocketChannel adoptAgain(String ticket) throws IOException {
            return new Channel(sound().adopt(made.get(ticket).sound.ticketFor(SELF)));
        }
    }

    public static final class WithoutTicketOnce extends Forgiving {
        public WithoutTicketOnce() {
            super("without-ticket-once");
        }

        @Override
        SharedServerSocketChannel forgive(String ticket, IOException refusal) throws IOException {
            if (!redeemed.contains(ticket)) {
                throw refusal;
            }
            return adoptAgain(ticket);
        }
    }

    public static final class WithoutTicketExpires extends Forgiving {
        private static final long VALIDITY_NANOS = 20_000_000_000L;

        public WithoutTicketExpires() {
            super("without-ticket-expires");
        }

        @Override
        SharedServerSocketChannel forgive(String ticket, IOException refusal) throws IOException {
            if (redeemed.contains(ticket) || System.nanoTime() - madeAt.get(ticket) < VALIDITY_NANOS) {
                throw refusal;
            }
            return adoptAgain(ticket);
        }
    }

    /** Keeps a copy for each ticket that is outstanding. */
    public static final class WithoutVoidTickets extends Forgiving {
        private final Map<String, SharedServerSocketChannel> kept = new ConcurrentHashMap<>();

        public WithoutVoidTickets() {
            super("without-void-tickets");
        }

        @Override
        void beforeClose(Listener listener) throws IOException {
            for (Map.Entry<String, Listener> entry : made.entrySet()) {
                if (entry.getValue() == listener && !redeemed.contains(entry.getKey())) {
                    kept.put(entry.getKey(), adoptAgain(entry.getKey()));
                }
            }
        }

        @Override
        SharedServerSocketChannel forgive(String ticket, IOException refusal) throws IOException {
            if (!kept.containsKey(ticket)) {
                throw refusal;
            }
            return kept.remove(ticket);
        }
    }

    /** Gives another process a listener of its own, at an address that nobody knows. */
    public static final class WithoutTicketForOneProcess extends DelegatingProvider {
        public WithoutTicketForOneProcess() {
            super("without-ticket-for-one-process");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Trusting(sound().listen(spec));
        }

        @Override
        public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
            return new Trusting(sound().takeOver(spec, ticket));
        }

        private final class Trusting extends Listener {
            Trusting(SharedListener sound) {
                super(sound);
            }

            @Override
            public byte[] ticketFor(ProcessHandle worker) throws IOException {
                byte[] sound = this.sound.ticketFor(worker);
                return ByteBuffer.allocate(Long.BYTES + sound.length)
                        .putLong(worker.pid())
                        .put(sound)
                        .array();
            }
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            ByteBuffer payload = ByteBuffer.wrap(ticket);
            if (payload.remaining() < Long.BYTES) {
                throw new IOException("adopt: not a ticket");
            }
            if (payload.getLong() != SELF.pid()) {
                InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
                return new Channel(ServerSocketChannel.open().bind(anywhere));
            }
            byte[] sound = new byte[payload.remaining()];
            payload.get(sound);
            return new Channel(sound().adopt(sound));
        }
    }
}
