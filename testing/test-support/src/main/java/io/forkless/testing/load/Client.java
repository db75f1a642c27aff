package io.forkless.testing.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** One client, with one connection after the other, each until its end. */
final class Client implements Conversation.Counter {
    /** After a failure that is told at once, so that a service that is down does not keep the processor busy. */
    private static final long PAUSE_AFTER_FAILURE_NANOS = 1_000_000;

    private final int index;
    private final Object kind;
    private final Conversation.Opener opener;
    private final Tally tally;
    private final Thread thread;
    private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);

    private volatile boolean stopped;
    private volatile boolean stopWhenRefused;
    private volatile boolean underWay;
    private volatile String worker;

    /** When it began to connect or to send. */
    private long since;
    /** Who gave the current connection's last answer. */
    private String answerer;

    Client(int index, Object kind, Conversation.Opener opener, Tally tally) {
        this.index = index;
        this.kind = kind;
        this.opener = opener;
        this.tally = tally;
        thread = new Thread(this::run, "load-" + index);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    void start() {
        thread.start();
    }

    Object kind() {
        return kind;
    }

    /** Who gave its last answer; null if nobody has yet. */
    String worker() {
        return worker;
    }

    /** Whether an exchange has begun and not ended. */
    boolean isUnderWay() {
        return underWay;
    }

    long count(Outcome outcome) {
        return counts.get(outcome).sum();
    }

    void stopWhenRefused() {
        stopWhenRefused = true;
    }

    /** It ends after its exchange. */
    void stop() {
        stopped = true;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    private void run() {
        try {
            while (!stopped) {
                Outcome outcome = converse();
                if (outcome == Outcome.REFUSED && stopWhenRefused) {
                    return;
                }
                if (outcome == Outcome.REFUSED || outcome == Outcome.WRONG) {
                    LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One connection, until it ends or the client is stopped. */
    private Outcome converse() throws InterruptedException {
        answerer = null;
        since = System.nanoTime();
        try (Conversation conversation = opener.open()) {
            while (!stopped) {
                underWay = true;
                conversation.exchange(this);
                underWay = false;
                if (conversation.isLast()) {
                    break;
                }
                LockSupport.parkNanos(conversation.pause().toNanos());
                since = System.nanoTime();
            }
            return Outcome.OK;
        } catch (RequestException e) {
            failed(e);
            return e.outcome();
        } catch (RuntimeException e) { // what came made no sense, and must not end the client in silence
            failed(Outcome.WRONG, e.toString());
            return Outcome.WRONG;
        } finally {
            underWay = false;
        }
    }

    @Override
    public void answered(String by) {
        answerer = by;
        worker = by;
        counts.get(Outcome.OK).increment();
        tally.answer(by, since);
    }

    @Override
    public void failed(RequestException failure) {
        failed(failure.outcome(), failure.getMessage());
    }

    private void failed(Outcome outcome, String message) {
        counts.get(outcome).increment();
        tally.failure(new Failure(index, kind, answerer, outcome, message));
    }
}
