package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What to run and how. Not thread-safe; {@link #build} validates and copies. */
public final class SupervisorBuilder {
    private static final Duration HEALTHY_AFTER = Duration.ofSeconds(60);
    private static final Duration LOST_LINK_GRACE = Duration.ofSeconds(10);

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<ListenSpec> listen = new ArrayList<>();
    private List<String> command = List.of();
    private OutputStream output = System.out;
    private OutputStream errors = System.err;
    private int workers = 1;
    private String name;
    private String provider;
    private Duration bootTimeout = Duration.ofSeconds(60);
    private Duration drainTimeout = Duration.ofSeconds(30);
    private int maxFailedStarts = 10;

    SupervisorBuilder() {}

    /** The program to run in each worker process, and its arguments. Required. */
    public SupervisorBuilder command(List<String> newCommand) {
        command = List.copyOf(newCommand);
        return this;
    }

    /** How many workers; 1 unless set. */
    public SupervisorBuilder workers(int newWorkers) {
        workers = newWorkers;
        return this;
    }

    /**
     * Binds that address before the first worker is spawned, so that an error shows at once and clients queue while
     * workers boot. If at least one address is given, workers get those and no others; else they get what they ask
     * for.
     */
    public SupervisorBuilder listen(ListenSpec spec) {
        listen.add(spec);
        return this;
    }

    /** Refuses to start while another supervisor of this user has the same name. */
    public SupervisorBuilder name(String newName) {
        name = newName == null ? null : NameLock.requireValid(newName);
        return this;
    }

    /** The name of the listener provider; the best one that fits unless set. */
    public SupervisorBuilder provider(String newProvider) {
        provider = newProvider;
        return this;
    }

    /**
     * Adds a variable to the workers' environment.
     *
     * @throws IllegalArgumentException if the system cannot have such a variable
     */
    public SupervisorBuilder environment(String variable, String value) {
        if (variable.isEmpty() || variable.indexOf('=') >= 0 || variable.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("environment: '" + variable + "' is not the name of a variable");
        }
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("environment: the value of '" + variable + "' has a NUL character");
        }
        environment.put(variable, value);
        return this;
    }

    /** From spawn to ready, 60 s unless set. A worker that takes longer is killed: a failed start. */
    public SupervisorBuilder bootTimeout(Duration timeout) {
        bootTimeout = timeout;
        return this;
    }

    /** From the order to drain to the exit, 30 s unless set. A worker that takes longer is killed. */
    public SupervisorBuilder drainTimeout(Duration timeout) {
        drainTimeout = timeout;
        return this;
    }

    /** How many starts in a row may fail until a worker is given up, if no other one serves; 10 unless set. */
    public SupervisorBuilder maxFailedStarts(int count) {
        maxFailedStarts = count;
        return this;
    }

    /** Where the workers' standard output and standard error go, each line with {@code [index]} in front. */
    public SupervisorBuilder output(OutputStream newOutput, OutputStream newErrors) {
        output = newOutput;
        errors = newErrors;
        return this;
    }

    /** @throws IllegalArgumentException if a value is out of range or the command is missing */
    public Supervisor build() {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("command: missing");
        }
        return new Supervisor(new Configuration(
                command,
                Map.copyOf(environment),
                Objects.requireNonNull(output, "output"),
                Objects.requireNonNull(errors, "errors"),
                List.copyOf(listen),
                name,
                provider,
                new Settings(workers, bootTimeout, drainTimeout, HEALTHY_AFTER, maxFailedStarts, LOST_LINK_GRACE)));
    }
}
