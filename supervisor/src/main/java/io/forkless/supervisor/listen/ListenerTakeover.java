package io.forkless.supervisor.listen;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.HandOver;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.Ticket;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.pool.Timers;
import io.forkless.supervisor.process.SpawnedWorker;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Takes listeners over from workers that an earlier supervisor has left: each from one of the workers that hold it, and from the
 * next one if that fails. Belongs to the event loop's thread.
 */
public final class ListenerTakeover {
    /** How long a worker may take to answer; it may be frozen. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(3);

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final Listeners listeners;
    private final Map<String, ListenerRecord> records = new HashMap<>();
    private final Map<String, Taking> byAddress = new HashMap<>();
    private final List<Taking> asking = new ArrayList<>();

    /** @param known what the earlier supervisor has recorded of its listeners */
    public ListenerTakeover(EventLoop loop, Listeners listeners, List<ListenerRecord> known) {
        this.loop = loop;
        this.listeners = listeners;
        known.forEach(record -> records.put(record.bound(), record));
    }

    /** @return completes, on the loop's thread, when each of these listeners is taken over, or cannot be */
    public CompletableFuture<Void> from(SpawnedWorker worker, List<Holding> holdings) {
        return CompletableFuture.allOf(
                holdings.stream().map(holding -> from(worker, holding)).toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> from(SpawnedWorker worker, Holding holding) {
        Taking taking = byAddress.get(holding.bound());
        if (taking == null && listeners.isBoundTo(holding.bound())) {
            return CompletableFuture.completedFuture(null);
        }
        if (taking == null || taking.hasFailed()) {
            taking = new Taking(holding.bound());
            byAddress.put(holding.bound(), taking);
        }
        taking.offer(new Offer(worker, holding));
        return taking.done;
    }

    /** A worker's answer. No effect if it comes too late. */
    public void answered(SpawnedWorker worker, ControlMessage answer) {
        long id = answer instanceof Granted granted ? granted.id() : ((Refused) answer).id();
        asking.stream()
                .filter(taking -> taking.asks(worker, id))
                .findFirst()
                .ifPresent(taking -> taking.answered(answer));
    }

    /** Its link has ended. */
    public void lost(SpawnedWorker worker) {
        List.copyOf(asking).stream()
                .filter(taking -> taking.offer.worker() == worker)
                .forEach(taking -> taking.failed("it has closed its link"));
    }

    private record Offer(SpawnedWorker worker, Holding holding) {}

    /** The takeover of one listener. */
    private final class Taking {
        private final String bound;
        private final Queue<Offer> further = new ArrayDeque<>();
        private final List<SpawnedWorker> holders = new ArrayList<>();
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private Offer offer;
        private Timers.Timer timer;
        private boolean taken;

        Taking(String bound) {
            this.bound = bound;
        }

        boolean hasFailed() {
            return done.isDone() && !taken;
        }

        void offer(Offer next) {
            holders.add(next.worker());
            if (done.isDone()) {
                return;
            }
            further.add(next);
            if (offer == null) {
                ask();
            }
        }

        boolean asks(SpawnedWorker worker, long id) {
            return offer.worker() == worker && offer.holding().id() == id;
        }

        private void ask() {
            offer = further.remove();
            asking.add(this);
            timer = loop.after(ANSWER_LIMIT, () -> failed("no answer within " + ANSWER_LIMIT.toSeconds() + " s"));
            offer.worker().send(new HandOver(offer.holding().id()));
        }

        void answered(ControlMessage answer) {
            if (answer instanceof Refused refused) {
                failed(refused.reason());
                return;
            }
            asking.remove(this);
            timer.cancel();
            Ticket ticket = ((Granted) answer).ticket();
            ListenerRecord record = records.getOrDefault(bound, ListenerRecord.of(bound, ticket.provider()));
            loop.executeElsewhere("forkless-listeners", true, () -> {
                String failure = take(record, ticket);
                loop.execute(() -> {
                    if (failure == null) {
                        taken = true;
                        done.complete(null);
                    } else {
                        failed(failure);
                    }
                });
            });
        }

        /** @return why it cannot be taken, or {@code null} */
        private String take(ListenerRecord record, Ticket ticket) {
            try {
                listeners.takeOver(record, ticket);
                return null;
            } catch (IOException e) {
                return e.getMessage();
            } catch (Throwable e) { // otherwise the takeover would never end
                LOG.log(Level.WARNING, "cannot take over the listener on " + bound, e);
                return e.toString();
            }
        }

        void failed(String reason) {
            asking.remove(this);
            timer.cancel();
            LOG.log(
                    Level.WARNING,
                    "worker {0} (pid {1}) does not hand over the listener on {2}: {3}",
                    offer.worker().index(),
                    "" + offer.worker().pid(),
                    bound,
                    reason);
            if (!further.isEmpty()) {
                ask();
                return;
            }
            offer = null;
            holders.forEach(worker -> worker.outdated("the supervisor has no copy of its listener on " + bound));
            done.complete(null);
        }
    }
}
