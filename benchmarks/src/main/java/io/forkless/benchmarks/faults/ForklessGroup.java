package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.service.Group;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;

/** Our supervisor and its workers, operated as docs/operations.md says. */
final class ForklessGroup implements Group {
    private final Services services;
    private final Bench bench;
    private final String name = "bench-" + UUID.randomUUID();
    private final Path app;
    private final ProcessService service;

    /** @param server what the workers run, as {@code app.App} calls it */
    ForklessGroup(Bench bench, int workers, String server) throws IOException, InterruptedException {
        this.bench = bench;
        services = new Services(bench);
        app = bench.temporary().resolve(name + ".jar");
        Files.copy(bench.benchmarksJar(), app);
        List<String> worker = services.app(Services.java(), Services.SMALL_JVM, "--server", server);
        worker.replaceAll(argument -> argument.equals(bench.benchmarksJar().toString()) ? app.toString() : argument);
        List<String> options = List.of(
                "--name",
                name,
                "--workers",
                Integer.toString(workers),
                "--hang-timeout",
                Contenders.HANG_TIMEOUT_SECONDS);
        service = services.supervisor(options, worker, "all " + workers + " workers are READY");
    }

    @Override
    public void restart() throws Exception {
        try {
            services.operate("restart", "--name", name);
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + service.output(), e);
        }
    }

    @Override
    public void deploy() throws Exception {
        Path next = Files.copy(bench.benchmarksJar(), app.resolveSibling(name + ".next"));
        Files.move(next, app, StandardCopyOption.ATOMIC_MOVE);
        restart();
    }

    @Override
    public int port() {
        return service.port();
    }

    @Override
    public List<ProcessHandle> processes() {
        return service.processes();
    }

    @Override
    public void close() {
        service.close();
    }
}
