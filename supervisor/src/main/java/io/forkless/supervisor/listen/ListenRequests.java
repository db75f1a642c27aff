package io.forkless.supervisor.listen;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.process.SpawnedWorker;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.BiConsumer;

/**
 * Answers the workers' requests for listeners: those of one worker in their order, and none of them waits for another
 * worker's, whose host name may take long to resolve. Belongs to the event loop's thread.
 */
public final class ListenRequests {
    /** What a worker may have asked for and not got yet. */
    private static final int MAX_WAITING = 64;

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final Listeners listeners;
    private final BiConsumer<SpawnedWorker, String> notGranted;
    private final Map<SpawnedWorker, Queue<Listen>> waiting = new HashMap<>();

    /** @param notGranted gets the reason if the address is none that workers may have, before the worker does */
    public ListenRequests(EventLoop loop, Listeners listeners, BiConsumer<SpawnedWorker, String> notGranted) {
        this.loop = loop;
        this.listeners = listeners;
        this.notGranted = notGranted;
    }

    public void add(SpawnedWorker worker, Listen request) {
        Queue<Listen> queue = waiting.computeIfAbsent(worker, w -> new ArrayDeque<>());
        if (queue.size() == MAX_WAITING) {
            worker.send(new Refused(request.id(), "listen " + request.spec() + ": too many requests at once"));
            return;
        }
        queue.add(request);
        if (queue.size() == 1) {
            serveNext(worker, queue);
        }
    }

    private void serveNext(SpawnedWorker worker, Queue<Listen> queue) {
        Listen request = queue.peek();
        if (request == null) {
            waiting.remove(worker);
            return;
        }
        ProcessHandle process = worker.linkedProcess();
        loop.executeElsewhere("forkless-listeners", true, () -> {
            ControlMessage answer = answer(worker, request, process);
            loop.execute(() -> {
                queue.remove();
                try {
                    worker.answered(answer instanceof Refused refused ? refused.reason() : "");
                    worker.send(answer);
                } finally {
                    serveNext(worker, queue);
                }
            });
        });
    }

    private ControlMessage answer(SpawnedWorker worker, Listen request, ProcessHandle process) {
        try {
            return new Granted(request.id(), listeners.ticketFor(request.spec(), process));
        } catch (Throwable e) { // a worker that gets no answer waits for it
            String reason =
                    e instanceof IOException ? String.valueOf(e.getMessage()) : "listen " + request.spec() + ": " + e;
            Throwable defect = e instanceof IOException ? null : e; // else the reason says it all
            LOG.log(Level.WARNING, "worker " + worker.index() + ": " + reason, defect);
            if (e instanceof NotGrantedException) {
                loop.execute(() -> notGranted.accept(worker, reason));
            }
            return new Refused(request.id(), reason);
        }
    }
}
