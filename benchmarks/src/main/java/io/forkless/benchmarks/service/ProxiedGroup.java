package io.forkless.benchmarks.service;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.testing.FreePort;
import io.forkless.testing.load.Answerers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Jettys on ports of their own behind a proxy, each stopped and started again on its port, one after the other. */
public final class ProxiedGroup extends JettyGroup {
    private final int port = FreePort.any();
    private final List<Integer> ports;
    private final Path directory;
    private final Proxy proxy;
    private ProcessService process;

    public ProxiedGroup(Bench bench, int workers, Proxy proxy, List<String> jvmOptions, String... options)
            throws IOException, InterruptedException {
        super(bench, "plain", jvmOptions, options);
        this.proxy = proxy;
        directory = Files.createTempDirectory(bench.temporary(), "proxy");
        start(workers, 0);
        ports = jettys().stream().map(ProcessService::port).toList();
        try {
            process = startProxy(new Services(bench));
            Answerers.await(port, workers, pid -> true);
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    private ProcessService startProxy(Services services) throws IOException, InterruptedException {
        String servers = IntStream.range(0, ports.size())
                .mapToObj(i -> proxy.server().formatted(i, ports.get(i)))
                .collect(Collectors.joining("\n"));
        int cores = Runtime.getRuntime().availableProcessors();
        Path file = Resources.copy(
                proxy.file(),
                directory,
                Map.of("port", port, "servers", servers, "directory", directory, "cores", cores));
        List<String> command = Stream.concat(proxy.command().stream(), Stream.of(file.toString()))
                .toList();
        return ProcessService.start(services.builder(command), port);
    }

    @Override
    int portOf(int index) {
        return ports.get(index);
    }

    @Override
    public void restart() throws Exception {
        for (int i = 0; i < ports.size(); i++) {
            proxy.drain().run(directory, i);
            jettys().get(i).close();
            ProcessService fresh = replace(i);
            proxy.ready().run(directory, i);
            // an operator who does not wait for that takes the next one away while the proxy still shuns this one
            Answerers.await(port, 1, pid -> pid == fresh.handle().pid());
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public List<ProcessHandle> processes() {
        return Stream.concat(process.processes().stream(), super.processes().stream())
                .toList();
    }

    @Override
    public void close() {
        super.close();
        if (process != null) {
            process.close();
        }
    }
}
