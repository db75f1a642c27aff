package io.forkless.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Jettys without a supervisor. Each stops on {@code TERM} with Jetty's own means for that, {@code GracefulHandler} and a stop
 * time-out.
 */
abstract class JettyGroup implements Group {
    private static final String STOP_TIMEOUT_MILLIS = "5000";

    private final Services services;
    final List<ProcessService> jettys = new ArrayList<>();

    JettyGroup(Bench bench) {
        services = new Services(bench);
    }

    final ProcessService jetty(String listener, int port) throws IOException, InterruptedException {
        List<String> options = List.of("--listener", listener, "--port", Integer.toString(port));
        List<String> command = services.app(Services.java(), Contenders.JVM_OPTIONS, options.toArray(String[]::new));
        command.addAll(Arrays.asList("--stop-timeout", STOP_TIMEOUT_MILLIS));
        return ProcessService.start(services.builder(command), "serving: ");
    }

    /** Puts another one in the place of each that has died. */
    @Override
    public final void workerDied() throws Exception {
        for (int i = 0; i < jettys.size(); i++) {
            if (!jettys.get(i).handle().isAlive()) {
                jettys.set(i, again(i));
            }
        }
    }

    abstract ProcessService again(int index) throws Exception;

    @Override
    public final void deploy() throws Exception {
        restart();
    }

    @Override
    public List<ProcessHandle> processes() {
        return jettys.stream().flatMap(jetty -> jetty.processes().stream()).toList();
    }

    @Override
    public void close() {
        jettys.forEach(ProcessService::close);
    }
}
