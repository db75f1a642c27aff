package io.forkless.benchmarks.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The processor time of a service's processes, user and system, as the JDK reads it from {@code /proc/PID/stat}. */
public final class CpuTime {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Service service;
    private final List<ProcessHandle> processes;
    private final double before;

    private CpuTime(Service service) {
        this.service = service;
        processes = service.processes();
        before = of(processes);
    }

    /** Begins to count for all processes of a service. */
    public static CpuTime startOf(Service service) {
        return new CpuTime(service);
    }

    /**
     * What they have taken since the start in seconds, new ones included. A process that has ended took its time along, so
     * this fails then.
     */
    public double seconds() {
        List<ProcessHandle> begun = new ArrayList<>(service.processes());
        begun.removeAll(processes);
        return of(processes) - before + of(begun);
    }

    /** Seconds so far; fails if one has ended. */
    public static double of(List<ProcessHandle> processes) {
        return processes.stream()
                        .map(process -> process.info().totalCpuDuration().orElseThrow())
                        .mapToDouble(Duration::toNanos)
                        .sum()
                / NANOS_PER_SECOND;
    }
}
