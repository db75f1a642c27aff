package io.forkless.supervisor.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What all workers are started from: templates in which {@link Placeholders} stand for what differs from one to the next. */
public final class WorkerCommand {
    private final List<String> command;
    private final Path directory;
    private final WorkerEnvironment environment;
    private final JvmOptions options;

    /** @param directory in which the workers run */
    public WorkerCommand(List<String> command, Path directory, WorkerEnvironment environment) {
        this.command = List.copyOf(command);
        this.directory = directory;
        this.environment = environment;
        this.options = new JvmOptions(command, directory, environment);
    }

    public List<String> command() {
        return command;
    }

    public WorkerEnvironment environment() {
        return environment;
    }

    /** Whether a debugger may stop the workers' JVMs, as far as that can be seen before they run. */
    public boolean loadsDebugAgent() {
        return options.texts().stream().anyMatch(Agents::isDebuggerLoadedBy);
    }

    /** The first option that loads an agent into the workers' JVMs, as far as that can be seen. */
    public Optional<String> agent() {
        return options.texts().stream().filter(Agents::isLoadedBy).findFirst();
    }

    /**
     * What so many workers will suffer from.
     *
     * @param memory that there is for all of them, in bytes; 0 if it is not known
     */
    public List<Advice> advice(int workers, long memory) {
        List<Advice> advice = new ArrayList<>(SharedByMistake.in(options.all(), directory));
        if (options.areComplete()) {
            HeapSum.check(workers, options.texts(), memory).ifPresent(advice::add);
        }
        return advice;
    }
}
