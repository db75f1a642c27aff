package io.forkless.supervisor.listen;

import io.forkless.internal.control.BoundAddress;
import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.Renewable;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.Quiescence;
import io.forkless.spi.SharedListener;
import io.forkless.supervisor.output.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * The listeners of one supervisor, one per address. To open one resolves a name and binds, so it blocks: call it on any
 * thread but the event loop's. It delays nobody who wants another address, nor {@link #close}. Thread-safe.
 */
public final class Listeners implements Closeable, Renewable {
    private static final System.Logger LOG = Log.supervisor();

    /**
     * @param address for a log, with the port that the system chose
     * @param provider the name of the one that redeems its tickets
     * @param inherited whether the service manager has opened it
     * @param record for the next supervisor
     * @param taken whether it was taken over, so that other processes may hold it
     * @param claimed whether this supervisor is to have it; one that was taken over may no longer be wanted
     */
    private record Entry(
            String address,
            SharedListener listener,
            String provider,
            boolean inherited,
            ListenerRecord record,
            boolean taken,
            boolean claimed) {
        Entry claim() {
            return new Entry(address, listener, provider, inherited, record, taken, true);
        }
    }

    private final ListenerProvider provider;
    /** Those that are being opened included. */
    private final Map<Address, CompletableFuture<Entry>> byAddress = new LinkedHashMap<>();

    private Path recordFile;
    private boolean sealed;
    private boolean closed;
    private volatile boolean kept;
    private volatile boolean handedOver;

    public Listeners(ListenerProvider provider) {
        this.provider = provider;
    }

    /** @param file in which the next supervisor finds what they were made from */
    public synchronized void recordIn(Path file) {
        recordFile = file;
        writeRecords();
    }

    /** From now on those that were taken over are this supervisor's own: {@link #close} closes them. */
    public synchronized void keep() {
        kept = true;
    }

    /**
     * Opens what the operator has named, unless the service manager has opened what is as good.
     *
     * @throws IOException also if that address was opened before
     */
    public void open(ListenSpec named) throws IOException {
        Address address = Address.of(named);
        CompletableFuture<Entry> opening = new CompletableFuture<>();
        synchronized (this) {
            Optional<Address> present = address.answerForOperatorAmong(byAddress.keySet());
            Entry entry =
                    present.map(byAddress::get).map(CompletableFuture::join).orElse(null);
            if (entry != null && (entry.inherited() || !entry.claimed())) {
                byAddress.put(present.get(), CompletableFuture.completedFuture(entry.claim()));
                logAnswer("--listen", address, present.get());
                return;
            }
            if (byAddress.putIfAbsent(address, opening) != null) {
                throw new IOException("listen " + named + ": the same address is given twice");
            }
        }
        listen(address, opening);
    }

    /** Takes a listener that the service manager has opened, or closes it if it is of no use. */
    public synchronized void add(ServiceManagers.Inherited inherited) {
        Address address = Address.of(inherited.listener().localAddress());
        Entry entry = entry(address, address.toString(), inherited.listener(), inherited.provider(), true, false);
        if (closed) {
            close(entry);
        } else if (byAddress.putIfAbsent(address, CompletableFuture.completedFuture(entry)) != null) {
            LOG.log(Level.WARNING, "{0}: the service manager has opened it twice; the second one is not used", address);
            close(entry);
        } else {
            LOG.log(Level.INFO, "listening on {0}, which the service manager has opened", address);
            writeRecords();
        }
    }

    /**
     * Takes a listener over from the supervisor before this one.
     *
     * @param ticket for this process
     */
    public void takeOver(ListenerRecord record, Ticket ticket) throws IOException {
        SharedListener listener = ListenerProviders.named(ticket.provider())
                .takeOver(record.inherited() ? null : record.literal(), ticket.payload());
        adopt(record, ticket.provider(), listener);
    }

    /** Takes a listener that an earlier supervisor has opened, or closes it if there is one at that address. */
    private void adopt(ListenerRecord record, String providerName, SharedListener listener) throws IOException {
        Address address = Address.of(record.literal());
        Entry entry = entry(
                address, address.withPortOf(listener.localAddress()), listener, providerName, record.inherited(), true);
        synchronized (this) {
            if (!closed && byAddress.putIfAbsent(address, CompletableFuture.completedFuture(entry)) == null) {
                LOG.log(Level.INFO, "listening on {0}, which an earlier supervisor has opened", entry.address());
                writeRecords();
                return;
            }
        }
        listener.leave();
    }

    private static Entry entry(
            Address address, String name, SharedListener listener, String provider, boolean inherited, boolean taken) {
        ListenerRecord record = new ListenerRecord(
                BoundAddress.text(listener.localAddress()), address.named(), address.literal(), provider, inherited);
        return new Entry(name, listener, provider, inherited, record, taken, inherited || !taken);
    }

    /** Whether one of them is bound there. */
    synchronized boolean isBoundTo(String bound) {
        return entries().stream().anyMatch(entry -> entry.record().bound().equals(bound));
    }

    /** @throws IOException if another process holds that listener */
    public void requireFree(ListenerRecord record) throws IOException {
        if (!isBoundTo(record.bound())) {
            provider.listen(ListenSpec.parse(record.bound())).close();
        }
    }

    /**
     * Closes those that were taken over and have not been {@linkplain #open opened} since: the operator no longer wants them.
     *
     * @return where they were bound, see {@link BoundAddress}
     */
    public Set<String> closeUnclaimed() {
        List<Entry> unclaimed;
        synchronized (this) {
            unclaimed = entries().stream().filter(entry -> !entry.claimed()).toList();
            byAddress.values().removeIf(opening -> opening.isDone() && unclaimed.contains(opening.join()));
            writeRecords();
        }
        unclaimed.forEach(Listeners::close);
        return unclaimed.stream().map(entry -> entry.record().bound()).collect(Collectors.toSet());
    }

    /** Whether a service manager has opened one of them. */
    public synchronized boolean haveInherited() {
        return entries().stream().anyMatch(Entry::inherited);
    }

    /** All listeners, for a supervisor that takes over; {@link ListenerRecord#decode} reads each. */
    public synchronized List<String> describe() {
        return entries().stream().map(entry -> entry.record().encode()).toList();
    }

    /** Makes a ticket for a supervisor that takes over. */
    public Ticket ticketForSuccessor(String bound, ProcessHandle successor) throws IOException {
        Entry entry = entries().stream()
                .filter(candidate -> candidate.record().bound().equals(bound))
                .findFirst()
                .orElseThrow(() -> new IOException("this supervisor does not listen on " + bound));
        return new Ticket(entry.provider(), entry.listener().ticketFor(successor));
    }

    /** Leaves them to another supervisor, which has copies: {@link #close} then keeps the paths. */
    public synchronized void handOver() {
        handedOver = true;
    }

    private void writeRecords() {
        if (recordFile != null) {
            try {
                makeAgain();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot record the listeners for the next supervisor: {0}", e.getMessage());
            }
        }
    }

    /** The file for the next supervisor. */
    @Override
    public Path path() {
        return recordFile;
    }

    @Override
    public synchronized boolean isThere() {
        return recordFile == null || byAddress.isEmpty() || Files.exists(recordFile);
    }

    @Override
    public synchronized void makeAgain() throws IOException {
        ListenerRecord.writeAll(
                recordFile, entries().stream().map(Entry::record).toList());
    }

    @Override
    public void touch(FileTime now) throws IOException {
        if (recordFile != null && Files.exists(recordFile)) {
            Renewable.super.touch(now);
        }
    }

    /** From now on workers get the listeners that are open and no others. */
    public synchronized void seal() {
        sealed = true;
    }

    /** Makes a ticket for the listener that answers the request; without a list of addresses it is bound now if need be. */
    Ticket ticketFor(ListenSpec wanted, ProcessHandle worker) throws IOException {
        Address address = Address.of(wanted);
        Address toOpen = address.asAskedByWorker();
        CompletableFuture<Entry> opening = new CompletableFuture<>();
        CompletableFuture<Entry> present;
        synchronized (this) {
            if (closed) {
                throw stopping(address);
            }
            present = sealed ? granted(address, worker) : byAddress.putIfAbsent(toOpen, opening);
        }
        Entry entry = present == null ? listen(toOpen, opening) : await(wanted, present);
        try {
            return new Ticket(entry.provider(), entry.listener().ticketFor(worker));
        } catch (ClosedChannelException e) { // meanwhile
            throw stopping(address);
        }
    }

    private static IOException stopping(Address wanted) {
        return new IOException("listen " + wanted + ": the supervisor is stopping");
    }

    private CompletableFuture<Entry> granted(Address wanted, ProcessHandle worker) throws NotGrantedException {
        Address answer = wanted.answerAmong(byAddress.keySet())
                .orElseThrow(() -> new NotGrantedException(wanted.refusal(byAddress.keySet())));
        logAnswer("worker with pid " + worker.pid(), wanted, answer);
        return byAddress.get(answer);
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
            LOG.log(Level.INFO, "stopping to listen on {0}: {1}{2}", entry.address(), end.reason(), consequence);
            if (!end.empty()) {
                LOG.log(Level.WARNING, "{0}: connections are still queued; they will be reset", entry.address());
            }
            return end.closed();
        } catch (IOException | RuntimeException | Error e) { // the others are quiesced all the same
            LOG.log(Level.WARNING, "{0}: queued connections may be reset: {1}", entry.address(), reason(e));
            return false;
        }
    }

    /** What is being opened now is closed as soon as it is open. */
    @Override
    public void close() {
        List<Entry> entries;
        synchronized (this) {
            entries = entries();
            byAddress.clear();
            sealed = true;
            closed = true;
        }
        for (Entry entry : entries) {
            if (handedOver || entry.taken() && !kept) {
                leave(entry);
            } else {
                close(entry);
            }
        }
    }

    private static void leave(Entry entry) {
        try {
            entry.listener().leave();
        } catch (IOException | RuntimeException | Error e) { // go on with the others
            LOG.log(Level.WARNING, "cannot leave the listener on {0}: {1}", entry.address(), reason(e));
        }
    }

    private static void close(Entry entry) {
        try {
            entry.listener().close();
        } catch (IOException | RuntimeException | Error e) { // the others are closed all the same
            LOG.log(Level.WARNING, "cannot close the listener on {0}: {1}", entry.address(), reason(e));
        }
    }

    private static String reason(Throwable failure) {
        return failure instanceof IOException && failure.getMessage() != null
                ? failure.getMessage()
                : failure.toString();
    }

    /** Opens what is announced at that address, and tells whoever waits for the same. */
    private Entry listen(Address address, CompletableFuture<Entry> opening) throws IOException {
        try {
            SharedListener listener = provider.listen(address.literal());
            String name = address.withPortOf(listener.localAddress());
            Entry entry = entry(address, name, listener, provider.name(), false, false);
            synchronized (this) {
                if (!closed) {
                    LOG.log(Level.INFO, "listening on {0}", entry.address());
                    opening.complete(entry);
                    writeRecords();
                    return entry;
                }
            }
            close(entry);
            throw stopping(address);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (this) {
                byAddress.remove(address, opening); // the next one tries anew
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
        return byAddress.values().stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    private static void logAnswer(String who, Address wanted, Address answer) {
        if (!answer.equals(wanted)) {
            LOG.log(
                    Level.INFO,
                    "{0} asks for {1} and gets {2}, the only listener on that port{3}",
                    who,
                    wanted,
                    answer,
                    answer.restriction());
        }
    }
}
