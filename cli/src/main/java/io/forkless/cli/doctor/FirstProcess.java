package io.forkless.cli.doctor;

import java.util.List;

/** A JVM as process 1, as in many a container: whose parent has ended becomes its child, and it collects none of those. */
final class FirstProcess implements Trap {
    @Override
    public List<Finding> find(Surroundings surroundings) {
        boolean isFirst = surroundings.pid() == 1
                || surroundings.lines("proc/1/comm").equals(List.of("java")); // proc_pid_comm(5)
        if (!isFirst) {
            return List.of();
        }
        return List.of(new Finding(
                "process 1 is a JVM: what a worker has started and left behind becomes a zombie when it ends, and stays one",
                "let an init be process 1 if workers start other programs: 'docker run --init', or"
                        + " shareProcessNamespace in Kubernetes"));
    }
}
