package io.forkless.benchmarks.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processor time of processes, from {@code /proc/PID/stat} (proc(5)). */
public final class CpuTime {
    /** {@code sysconf(_SC_CLK_TCK)} of every Linux that there is. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private final Service service;
    private final List<ProcessHandle> processes;
    private final double before;

    private CpuTime(Service service) throws IOException {
        this.service = service;
        processes = service.processes();
        before = of(processes);
    }

    /** Begins to count for all processes of a service. */
    public static CpuTime startOf(Service service) throws IOException {
        return new CpuTime(service);
    }

    /**
     * What they have taken since the start, user and system, new ones included. A process that has ended took its time
     * along, so this fails then.
     */
    public double seconds() throws IOException {
        List<ProcessHandle> begun = new ArrayList<>(service.processes());
        begun.removeAll(processes);
        return of(processes) - before + of(begun);
    }

    /** Seconds, user and system, so far. */
    public static double of(List<ProcessHandle> processes) throws IOException {
        double ticks = 0;
        for (ProcessHandle process : processes) {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            // the name, in parentheses, may contain anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            ticks += Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
        }
        return ticks / TICKS_PER_SECOND;
    }
}
