package io.forkless.benchmarks.stops;

import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.time.Duration;

/** One client, with one connection after the other, each until the server announces its end. */
final class Client implements Conversation.Counter {
    /** So that a service that is down does not keep the processor busy. */
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(2);

    private final Flow flow;
    private final Target target;
    private final Ledger ledger;
    private final Thread thread = new Thread(this::run);
    private volatile boolean stopped;
    private volatile boolean stopWhenRefused;
    private volatile boolean underWay;
    private volatile long answers;

    Client(Flow flow, Target target, Ledger ledger) {
        this.flow = flow;
        this.target = target;
        this.ledger = ledger;
        thread.setName(flow.toString());
    }

    void start() {
        thread.start();
    }

    Flow flow() {
        return flow;
    }

    long answers() {
        return answers;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /** It ends by itself when it is refused, which is what it will be once the service has ended. */
    void stopWhenRefused() {
        stopWhenRefused = true;
    }

    /** It ends after its exchange. */
    void stop() {
        stopped = true;
    }

    void join(Duration patience) throws InterruptedException {
        thread.join(patience.toMillis());
        if (thread.isAlive()) {
            throw new IllegalStateException(flow + " does not end");
        }
    }

    private void run() {
        try {
            while (!stopped) {
                Outcome outcome = converse();
                if (outcome == Outcome.REFUSED && stopWhenRefused) {
                    return;
                }
                if (outcome != Outcome.OK) {
                    pause(PAUSE_AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Outcome converse() throws InterruptedException {
        try (Conversation conversation = flow.kind().open(target)) {
            while (!stopped) {
                underWay = true;
                conversation.exchange(this);
                underWay = false;
                if (conversation.isLast()) {
                    break;
                }
                pause(flow.kind().pause);
            }
            return Outcome.OK;
        } catch (RequestException e) {
            failed(e);
            return e.outcome();
        } catch (RuntimeException e) { // what came made no sense, and must not end the client in silence
            ledger.count(flow, Outcome.WRONG, e.toString());
            return Outcome.WRONG;
        } finally {
            underWay = false;
        }
    }

    private static void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    @Override
    public void answered() {
        answers++; // by its own thread only
        ledger.count(flow, Outcome.OK, "");
    }

    @Override
    public void failed(RequestException failure) {
        ledger.count(flow, failure.outcome(), failure.getMessage());
    }
}
