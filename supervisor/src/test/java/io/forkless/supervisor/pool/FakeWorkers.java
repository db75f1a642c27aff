package io.forkless.supervisor.pool;

import io.forkless.supervisor.status.LaunchException;
import java.util.ArrayList;
import java.util.List;

/** Starts processes that do nothing by themselves: a test plays their part. */
public final class FakeWorkers implements WorkerPool.Launcher {
    /** A process that notes what is done to it. */
    public final class FakeProcess implements WorkerProcess {
        final int index;
        final long pid;
        public boolean linked;
        boolean debugged;

        /** Somebody wanted it to end, and has perhaps failed to tell it. */
        boolean toGo;

        public int drains;
        int kills;
        int dumps;
        long resident = -1;
        String remark = "";

        FakeProcess(int index, long pid) {
            this.index = index;
            this.pid = pid;
        }

        @Override
        public long pid() {
            disturb.run();
            return pid;
        }

        @Override
        public boolean isDebugged() {
            disturb.run();
            return debugged;
        }

        @Override
        public boolean drain() {
            toGo = true;
            disturb.run();
            drains++;
            return linked;
        }

        @Override
        public void dumpThreads() {
            toGo = true;
            disturb.run();
            dumps++;
        }

        @Override
        public long residentBytes() {
            disturb.run();
            return resident;
        }

        @Override
        public String remark() {
            disturb.run();
            return remark;
        }

        @Override
        public void kill() {
            toGo = true;
            disturb.run();
            kills++;
        }
    }

    /** Runs before whatever is done, and may throw anything. */
    Runnable disturb = () -> {};

    public final List<FakeProcess> launched = new ArrayList<>();
    private int launchesLeft = Integer.MAX_VALUE;

    public void failAfter(int launches) {
        launchesLeft = launches;
    }

    @Override
    public WorkerProcess launch(int index) throws LaunchException {
        if (launchesLeft == 0) {
            throw new LaunchException("cannot start 'app': command not found", LaunchException.NOT_FOUND, null);
        }
        disturb.run();
        launchesLeft--;
        FakeProcess process = new FakeProcess(index, 1000 + launched.size());
        launched.add(process);
        return process;
    }

    /** One that an earlier supervisor has started, and that has called since. */
    public FakeProcess leave(int index) {
        FakeProcess process = new FakeProcess(index, 1000 + launched.size());
        process.linked = true;
        launched.add(process);
        return process;
    }

    /** The newest process in that worker's place. */
    public FakeProcess newest(int index) {
        return launched.stream()
                .filter(process -> process.index == index)
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }
}
