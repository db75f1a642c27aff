package io.forkless.cli.doctor;

import io.forkless.supervisor.command.Advice;
import io.forkless.supervisor.command.JvmVariables;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.command.WorkerEnvironment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Options in variables that every JVM reads: what only one process can have, such as the port of a debugger, and heaps of which
 * the machine cannot hold one for each worker.
 */
final class OptionsForEveryJvm implements Trap {
    private static final String STRONGEST = "_JAVA_OPTIONS";
    private static final Path HERE = Path.of("");

    @Override
    public List<Finding> find(Surroundings surroundings) {
        List<Finding> findings = new ArrayList<>();
        for (Advice advice : advice(surroundings)) {
            findings.add(new Finding(advice.what(), advice.remedy()));
        }
        for (String name : JvmVariables.NAMES) {
            surroundings
                    .variable(name)
                    .flatMap(value -> JvmVariables.harmfulOption(name, value))
                    .filter(option -> findings.stream()
                            .noneMatch(finding -> finding.what().startsWith(name)))
                    .ifPresent(option -> findings.add(new Finding(
                            name + " has " + option + ": every JVM gets it, those of commands as this one included",
                            "set " + JvmVariables.forWorkers(name) + " in its place, which workers alone get")));
        }
        surroundings
                .variable(STRONGEST)
                .ifPresent(value -> findings.add(new Finding(
                        STRONGEST + " is set: in every JVM it wins over the options of COMMAND",
                        "unset it; JAVA_TOOL_OPTIONS is for options that COMMAND may change")));
        return findings;
    }

    /** Of the workers that there would be by default. */
    private static List<Advice> advice(Surroundings surroundings) {
        WorkerEnvironment environment = new WorkerEnvironment(
                Map.of(), HERE, name -> surroundings.variable(name).orElse(null));
        return new WorkerCommand(List.of("java"), HERE, environment)
                .advice(surroundings.processors(), surroundings.memory());
    }
}
