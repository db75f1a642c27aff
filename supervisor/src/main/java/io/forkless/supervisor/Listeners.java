package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.SharedListener;
import io.forkless.spi.Ticket;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The listeners of one supervisor, one per address. Its methods resolve names and bind, so they block; call them on any
 * thread but the event loop's.
 */
final class Listeners implements Closeable {
    private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

    /** Two specifications with an equal key mean the same socket. */
    private record Key(SocketAddress address, boolean ipv6Only) {
        static Key of(ListenSpec spec) throws UnknownHostException {
            SocketAddress address = spec.resolve();
            boolean isIpv6 = address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
            return new Key(address, isIpv6 && spec.ipv6Only());
        }
    }

    /** @param inherited whether the service manager has opened it */
    private record Entry(ListenSpec spec, SharedListener listener, boolean inherited) {}

    private final ListenerProvider provider;
    private final Map<Key, Entry> byKey = new LinkedHashMap<>();
    private boolean sealed;

    Listeners(ListenerProvider provider) {
        this.provider = provider;
    }

    /** @throws IOException also if that address was opened before */
    synchronized void open(ListenSpec spec) throws IOException {
        Key key = Key.of(spec);
        Entry present = byKey.get(key);
        if (present != null && present.inherited()) {
            return;
        }
        if (present != null) {
            throw new IOException("listen " + spec + ": the same address is given twice");
        }
        listen(key, spec);
    }

    /** Takes a listener that the service manager has opened. */
    synchronized void add(SharedListener listener) {
        SocketAddress address = listener.localAddress();
        ListenSpec spec = address instanceof InetSocketAddress inet
                ? ListenSpec.tcp(inet.getAddress().getHostAddress(), inet.getPort())
                : ListenSpec.unix(address.toString());
        byKey.put(new Key(address, false), new Entry(spec, listener, true));
        LOG.log(Level.INFO, "listening on {0}, which the service manager has opened", spec);
    }

    /** From now on workers get the listeners that are open and no others. */
    synchronized void seal() {
        sealed = true;
    }

    /** Makes a ticket for the listener at that address, which is bound now if it was not yet. */
    synchronized Ticket ticketFor(ListenSpec spec, ProcessHandle worker) throws IOException {
        Key key = Key.of(spec);
        Entry entry = byKey.get(key);
        if (entry == null && sealed) {
            throw new NotGrantedException("listen " + spec + ": not granted: the supervisor listens on " + specs()
                    + "; add --listen " + spec);
        }
        return (entry == null ? listen(key, spec) : entry).listener().ticketFor(worker);
    }

    synchronized List<SocketAddress> addresses() {
        return byKey.values().stream()
                .map(entry -> entry.listener().localAddress())
                .toList();
    }

    /**
     * Lets the workers empty the queues before the listeners go; see {@link SharedListener#quiesce}.
     *
     * @return whether nothing is queued any more from now on
     */
    boolean quiesce(Duration limit) throws InterruptedException {
        List<Entry> entries;
        synchronized (this) {
            entries = List.copyOf(byKey.values());
        }
        long deadline = System.nanoTime() + limit.toNanos();
        for (Entry entry : entries) {
            try {
                Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                if (!entry.listener().quiesce(left)) {
                    LOG.log(Level.WARNING, "{0}: connections are still queued; they will be reset", entry.spec());
                }
            } catch (IOException e) {
                LOG.log(Level.WARNING, "queued connections may be reset: {0}", e.getMessage());
            }
        }
        return entries.stream().allMatch(entry -> entry.listener().refusesWhenQuiesced());
    }

    @Override
    public synchronized void close() {
        for (Entry entry : byKey.values()) {
            try {
                entry.listener().close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot close the listener on {0}: {1}", entry.spec(), e.getMessage());
            }
        }
        byKey.clear();
        sealed = true;
    }

    private Entry listen(Key key, ListenSpec spec) throws IOException {
        Entry entry = new Entry(spec, provider.listen(spec), false);
        byKey.put(key, entry);
        LOG.log(Level.INFO, "listening on {0}", describe(entry));
        return entry;
    }

    /** As it was asked for, with the port that the system chose. */
    private static String describe(Entry entry) {
        boolean chosen = entry.spec().port() == 0;
        return chosen && entry.listener().localAddress() instanceof InetSocketAddress inet
                ? ListenSpec.tcp(entry.spec().host(), inet.getPort()).toString()
                : entry.spec().toString();
    }

    private String specs() {
        return byKey.values().stream().map(entry -> entry.spec().toString()).collect(Collectors.joining(", "));
    }
}
