package io.forkless.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
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
        List<String> command = forkless("run", "--name", name, "--workers", Integer.toString(workers));
        command.addAll(List.of("--listen", "127.0.0.1:0", "--hang-timeout", Contenders.HANG_TIMEOUT_SECONDS, "--"));
        List<String> worker = services.app(Services.java(), Contenders.JVM_OPTIONS, "--server", server);
        worker.replaceAll(argument -> argument.equals(bench.benchmarksJar().toString()) ? app.toString() : argument);
        command.addAll(worker);
        service = ProcessService.start(services.builder(command), "all " + workers + " workers are READY");
    }

    @Override
    public void restart() throws Exception {
        Process process = services.builder(forkless("restart", "--name", name))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("restart: " + output + "\n" + service.output());
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

    private List<String> forkless(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Services.java().toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-Djava.io.tmpdir=" + bench.temporary(), "-jar"));
        command.add(bench.forklessJar().toString());
        command.addAll(List.of(arguments));
        return command;
    }
}
