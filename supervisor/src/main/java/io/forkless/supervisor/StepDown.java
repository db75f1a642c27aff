package io.forkless.supervisor;

import io.forkless.internal.control.RevivalLock;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.listen.Listeners;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.supervisor.pool.SupervisorLife;
import io.forkless.supervisor.pool.SupervisorState;
import io.forkless.supervisor.process.ProcessLauncher;
import io.forkless.supervisor.process.SpawnedWorker;
import java.io.IOException;
import java.util.function.LongConsumer;

/**
 * Gives up, and takes back, what would be in the way of another supervisor: the name, the links of the workers, and all that
 * changes their files or reacts when they end.
 */
record StepDown(
        SupervisorLife life,
        Gate gate,
        Upkeep upkeep,
        WorkerOutput output,
        ControlServer control,
        ProcessLauncher launcher,
        Listeners listeners,
        ServiceFiles files,
        RevivalLock revivals,
        LongConsumer whenHandedOver)
        implements Handover.Owner {
    @Override
    public void requireRunning() {
        if (!life.is(SupervisorState.RUNNING)) {
            throw new IllegalStateException("the supervisor is not running: it is " + life.state());
        }
    }

    @Override
    public void stepDown() throws IOException {
        if (!revivals.tryLock()) { // until somebody is in charge, no worker is to start one more
            throw new IOException("a worker is just starting a supervisor");
        }
        gate.close();
        upkeep.pause(true);
        output.share(true);
        control.pause();
        launcher.running().forEach(SpawnedWorker::release);
        files.endpoint().release();
    }

    @Override
    public void takeBack() throws IOException {
        files.directory().restore();
        files.endpoint().reclaim();
        control.resume();
        output.share(false);
        upkeep.pause(false);
        revivals.close();
        gate.open();
    }

    @Override
    public void handedOver(long successor) {
        output.handOver();
        listeners.handOver();
        files.directory().handOver();
        whenHandedOver.accept(successor);
    }
}
