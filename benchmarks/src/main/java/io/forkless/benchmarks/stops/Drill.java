package io.forkless.benchmarks.stops;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.testing.load.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Rounds of one mode on one server, each at another moment of the traffic. */
final class Drill {
    private final Bench bench;
    private final String server;
    private final Ledger ledger;
    private final List<String> complaints = new ArrayList<>();
    private int rounds;

    Drill(Bench bench, String server, Mode mode) {
        this.bench = bench;
        this.server = server;
        ledger = new Ledger(mode);
    }

    /** Ends early when the service does not do at all what it should. */
    void run(int count) throws Exception {
        try {
            switch (ledger.mode()) {
                case STOP -> {
                    while (rounds < count) {
                        stop();
                    }
                }
                case RESTART -> restart(count);
            }
        } catch (IOException | IllegalStateException e) {
            complaints.add("given up: " + e);
        }
    }

    private void stop() throws Exception {
        try (TrafficService service = new TrafficService(bench, server)) {
            TrafficLoad traffic = service.load();
            try (traffic) {
                await(traffic.load());
                traffic.load().stopWhenRefused();
                end(service);
                traffic.load().join();
                rounds++;
            } finally {
                ledger.add(traffic.load());
            }
        }
    }

    private void restart(int count) throws Exception {
        try (TrafficService service = new TrafficService(bench, server)) {
            TrafficLoad traffic = service.load();
            try (traffic) {
                while (rounds < count) {
                    await(traffic.load());
                    try {
                        service.restart();
                    } catch (IOException e) {
                        complaints.add(e.getMessage());
                    }
                    rounds++;
                }
                traffic.load().awaitNextOfEach();
            } finally {
                ledger.add(traffic.load());
            }
            end(service);
        }
    }

    /** Until all are served, and then for as long as nobody can foresee. */
    private void await(Load load) throws Exception {
        load.awaitNextOfEach();
        Thread.sleep(ThreadLocalRandom.current().nextLong(2 * Traffic.GAP.toMillis()));
        ledger.addUnderWay(load.underWay());
    }

    private void end(TrafficService service) throws Exception {
        int status = service.stop();
        if (status != 0) {
            complaints.add("the supervisor ended with status " + status);
        }
        complaints.addAll(service.badEnds());
    }

    String server() {
        return server;
    }

    int rounds() {
        return rounds;
    }

    Ledger ledger() {
        return ledger;
    }

    /** What supervisors and workers did not do as they should have, besides losses. */
    List<String> complaints() {
        return complaints;
    }
}
