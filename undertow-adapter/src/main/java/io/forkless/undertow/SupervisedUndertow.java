package io.forkless.undertow;

import io.forkless.worker.GracefulDrain;
import io.forkless.worker.Worker;
import io.undertow.Undertow;

/** Ties one server to the worker process that it runs in: readiness and drain. */
final class SupervisedUndertow {
    private final Worker worker;
    private final Undertow server;
    private final SharedXnioWorker xnioWorker;
    private boolean joined;

    SupervisedUndertow(Worker worker, Undertow server, SharedXnioWorker xnioWorker) {
        this.worker = worker;
        this.server = server;
        this.xnioWorker = xnioWorker;
    }

    /** Called at the end of each start. */
    synchronized void started() {
        if (!joined) {
            worker.onDrain(new GracefulDrain(new DrainableUndertow(server, xnioWorker)));
            joined = true;
        }
        worker.ready();
    }
}
