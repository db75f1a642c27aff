package io.forkless.cli.doctor;

import java.util.List;

/** All that {@code forkless doctor} knows. */
public final class Traps {
    private static final List<Trap> ALL = List.of(
            new WrappedActivation(),
            new OptionsForEveryJvm(),
            new FewProcessors(),
            new NarrowEncoding(),
            new UnusableRuntimeDirectory(),
            new PrivateTemporaryDirectory(),
            new LowLimits(),
            new StoppingTerminal(),
            new FirstProcess(),
            new NoHome());

    private Traps() {}

    /** What this process can see from here. */
    public static List<Finding> findings() {
        return findings(Surroundings.ofThisProcess());
    }

    static List<Finding> findings(Surroundings surroundings) {
        return ALL.stream().flatMap(trap -> trap.find(surroundings).stream()).toList();
    }
}
