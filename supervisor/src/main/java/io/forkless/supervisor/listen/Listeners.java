package io.forkless.supervisor.listen;

import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.supervisor.output.Log;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * The listeners of one supervisor, one per address. To open one resolves a name and binds, so it blocks: call it on any
 * thread but the event loop's. It delays nobody who wants another address, nor {@link #close}. Thread-safe.
 */
public final class Listeners implements Closeable {
    private static final System.Logger LOG = Log.supervisor();

    /** Two specifications with an equal key mean the same socket. */
    private record Key(SocketAddress address, boolean ipv6Only) {
        static Key of(ListenSpec spec) throws UnknownHostException {
            SocketAddress address = spec.resolve();
            boolean isIpv6 = address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
            return new Key(address, isIpv6 && spec.ipv6Only());
        }
    }

    /**
     * @param provider the name of the one that redeems its tickets
     * @param inherited whether the service manager has opened it
     */
    private record Entry(ListenSpec spec, SharedListener listener, String provider, boolean inherited) {}

    private final ListenerProvider provider;
    /** Those that are being opened included. */
    private final Map<Key, CompletableFuture<Entry>> byKey = new LinkedHashMap<>();

    private boolean sealed;
    private boolean closed;

    public Listeners(ListenerProvider provider) {
        this.provider = provider;
    }

    /** @throws IOException also if that address was opened before */
    public void open(ListenSpec spec) throws IOException {
        Key key = Key.of(spec);
        CompletableFuture<Entry> opening = new CompletableFuture<>();
        synchronized (this) {
            CompletableFuture<Entry> present = byKey.putIfAbsent(key, opening);
            if (present != null && present.isDone() && present.join().inherited()) {
                return;
            }
            if (present != null) {
                throw new IOException("listen " + spec + ": the same address is given twice");
            }
        }
        listen(key, spec, opening);
    }

    /** Takes a listener that the service manager has opened. */
    public synchronized void add(ServiceManagers.Inherited inherited) {
        SharedListener listener = inherited.listener();
        SocketAddress address = listener.localAddress();
        ListenSpec spec = address instanceof InetSocketAddress inet
                ? ListenSpec.tcp(inet.getAddress().getHostAddress(), inet.getPort())
                : ListenSpec.unix(address.toString());
        byKey.put(
                new Key(address, false),
                CompletableFuture.completedFuture(new Entry(spec, listener, inherited.provider(), true)));
        LOG.log(Level.INFO, "listening on {0}, which the service manager has opened", spec);
    }

    /** From now on workers get the listeners that are open and no others. */
    public synchronized void seal() {
        sealed = true;
    }

    /** Makes a ticket for the listener at that address, which is bound now if it was not yet. */
    Ticket ticketFor(ListenSpec spec, ProcessHandle worker) throws IOException {
        Key key = Key.of(spec);
        CompletableFuture<Entry> opening = new CompletableFuture<>();
        CompletableFuture<Entry> present;
        synchronized (this) {
            present = byKey.get(key);
            if (present == null && sealed) {
                throw new NotGrantedException("listen " + spec + ": not granted: the supervisor listens on " + specs()
                        + "; add --listen " + spec);
            }
            if (present == null) {
                byKey.put(key, opening);
            }
        }
        Entry entry = present == null ? listen(key, spec, opening) : await(spec, present);
        return new Ticket(entry.provider(), entry.listener().ticketFor(worker));
    }

    public synchronized List<SocketAddress> addresses() {
        return entries().stream().map(entry -> entry.listener().localAddress()).toList();
    }

    /**
     * Lets the workers empty the queues before the listeners go; see {@link SharedListener#quiesce}.
     *
     * @param scoreboard tells the workers of it first
     * @return whether the workers may give up their copies all at once, because nothing is queued from now on
     */
    public boolean quiesce(Scoreboard scoreboard, Duration limit) throws InterruptedException {
        List<Entry> entries = entries();
        try {
            scoreboard.announceQuiescing();
        } catch (IOException e) {
            // What a worker accepts from a listener that is quiesced without its knowing might be of no use.
            LOG.log(
                    Level.WARNING,
                    "cannot tell the workers of the stop, which may reset connections: {0}",
                    e.getMessage());
            return false;
        }
        long deadline = System.nanoTime() + limit.toNanos();
        boolean closed = true;
        for (Entry entry : entries) {
            closed &= quiesce(entry, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return closed;
    }

    private static boolean quiesce(Entry entry, Duration limit) throws InterruptedException {
        try {
            Quiescence end = entry.listener().quiesce(limit);
            String consequence = end.closed() ? "" : "; so the workers drain one after the other";
            LOG.log(Level.INFO, "stopping to listen on {0}: {1}{2}", entry.spec(), end.reason(), consequence);
            if (!end.empty()) {
                LOG.log(Level.WARNING, "{0}: connections are still queued; they will be reset", entry.spec());
            }
            return end.closed();
        } catch (IOException | RuntimeException | Error e) { // the others are quiesced all the same
            LOG.log(Level.WARNING, "{0}: queued connections may be reset: {1}", entry.spec(), reason(e));
            return false;
        }
    }

    /** What is being opened now is closed as soon as it is open. */
    @Override
    public void close() {
        List<Entry> entries;
        synchronized (this) {
            entries = entries();
            byKey.clear();
            sealed = true;
            closed = true;
        }
        entries.forEach(Listeners::close);
    }

    private static void close(Entry entry) {
        try {
            entry.listener().close();
        } catch (IOException | RuntimeException | Error e) { // the others are closed all the same
            LOG.log(Level.WARNING, "cannot close the listener on {0}: {1}", entry.spec(), reason(e));
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof IOException ? failure.getMessage() : failure.toString();
    }

    /** Opens what is announced at that key, and tells whoever waits for the same. */
    private Entry listen(Key key, ListenSpec spec, CompletableFuture<Entry> opening) throws IOException {
        try {
            Entry entry = new Entry(spec, provider.listen(spec), provider.name(), false);
            synchronized (this) {
                if (!closed) {
                    LOG.log(Level.INFO, "listening on {0}", describe(entry));
                    opening.complete(entry);
                    return entry;
                }
            }
            close(entry);
            throw new IOException("listen " + spec + ": the supervisor is stopping");
        } catch (IOException | RuntimeException | Error e) {
            synchronized (this) {
                byKey.remove(key, opening); // the next one tries anew
            }
            opening.completeExceptionally(e);
            throw e;
        }
    }

    private static Entry await(ListenSpec spec, CompletableFuture<Entry> opening) throws IOException {
        try {
            return opening.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause
                    ? new IOException(cause.getMessage(), cause)
                    : new IOException("listen " + spec + ": " + e.getCause(), e.getCause());
        }
    }

    /** Those that are open. */
    private synchronized List<Entry> entries() {
        return byKey.values().stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    /** As it was asked for, with the port that the system chose. */
    private static String describe(Entry entry) {
        boolean chosen = entry.spec().port() == 0;
        return chosen && entry.listener().localAddress() instanceof InetSocketAddress inet
                ? ListenSpec.tcp(entry.spec().host(), inet.getPort()).toString()
                : entry.spec().toString();
    }

    private String specs() {
        return entries().stream().map(entry -> entry.spec().toString()).collect(Collectors.joining(", "));
    }
}
