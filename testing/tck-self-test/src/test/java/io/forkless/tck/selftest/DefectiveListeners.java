package io.forkless.tck.selftest;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.spi.TcpListenSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Providers of which each breaks one clause on the supervisor's side. */
final class DefectiveListeners {
    private DefectiveListeners() {}

    /** The same, under another name, with nothing spoiled. */
    public static final class Sound extends DelegatingProvider {
        public Sound() {
            super("sound");
        }
    }

    public static final class WithoutDiscovery extends DelegatingProvider {
        public WithoutDiscovery() {
            super("without-discovery");
        }

        @Override
        public Fitness check() {
            return Fitness.fits("");
        }
    }

    public static final class WithoutBindErrors extends DelegatingProvider {
        public WithoutBindErrors() {
            super("without-bind-errors");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            try {
                return super.listen(spec);
            } catch (IOException e) {
                throw new IOException("cannot listen", e);
            }
        }
    }

    /** Takes one loopback address for every address. */
    public static final class WithoutExactAddresses extends DelegatingProvider {
        public WithoutExactAddresses() {
            super("without-exact-addresses");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            boolean loopback = spec instanceof TcpListenSpec tcp && "::1".equals(tcp.host());
            return super.listen(loopback ? ListenSpec.tcp(null, ((TcpListenSpec) spec).port()) : spec);
        }
    }

    public static final class WithoutIpv6Only extends DelegatingProvider {
        public WithoutIpv6Only() {
            super("without-ipv6-only");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return super.listen(spec instanceof TcpListenSpec tcp ? tcp.withIpv6Only(false) : spec);
        }
    }

    /** Closing the listener closes the copies in this process. */
    public static final class WithoutLastHolder extends DelegatingProvider {
        private static final Set<Channel> COPIES = ConcurrentHashMap.newKeySet();

        public WithoutLastHolder() {
            super("without-last-holder");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public void close() throws IOException {
                    super.close();
                    for (Channel copy : COPIES) {
                        copy.close();
                    }
                    COPIES.clear();
                }
            };
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
            Channel copy = new Channel(sound().adopt(ticket));
            COPIES.add(copy);
            return copy;
        }
    }

    public static final class WithoutQuiesce extends DelegatingProvider {
        public WithoutQuiesce() {
            super("without-quiesce");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public Quiescence quiesce(Duration limit) throws IOException, InterruptedException {
                    super.quiesce(Duration.ZERO);
                    return new Quiescence(true, true, "it says so");
                }
            };
        }
    }

    /** Makes tickets for ever. */
    public static final class WithoutClosedListener extends DelegatingProvider {
        public WithoutClosedListener() {
            super("without-closed-listener");
        }

        @Override
        public SharedListener listen(ListenSpec spec) throws IOException {
            return new Listener(sound().listen(spec)) {
                @Override
                public byte[] ticketFor(ProcessHandle worker) {
                    try {
                        return super.ticketFor(worker);
                    } catch (IOException e) {
                        return new byte[1];
                    }
                }
            };
        }
    }
}
