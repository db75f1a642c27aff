package io.forkless.supervisor.pool;

import java.util.ArrayList;
import java.util.List;

/** The workers that were told to go, and were killed or ended with an error before their connections had ended. */
final class Losses {
    private final List<String> workers = new ArrayList<>();
    private long connections;
    private int workersThatCut;

    void add(WorkerSlot slot) {
        workers.add(slot + ": " + slot.lastExit());
        connections += slot.cut();
        workersThatCut += slot.cut() > 0 ? 1 : 0;
    }

    boolean isEmpty() {
        return workers.isEmpty();
    }

    /** For a person: how each of them ended, and how many connections were cut. */
    @Override
    public String toString() {
        String each = String.join("; ", workers);
        return workersThatCut > 1 ? each + "; " + connections + " connections cut in all" : each;
    }
}
