package io.forkless.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Jettys on ports of their own behind a proxy, each stopped and started again on its port, one after the other. */
final class ProxiedGroup extends JettyGroup {
    private final int port = Answerers.freePort();
    private final List<Integer> ports = new ArrayList<>();
    private final Proxy proxy;
    private final ProcessService process;

    ProxiedGroup(Bench bench, int workers, Proxy proxy) throws IOException, InterruptedException {
        super(bench);
        this.proxy = proxy;
        try {
            while (jettys.size() < workers) {
                jettys.add(jetty("plain", 0));
                ports.add(jettys.get(jettys.size() - 1).port());
            }
            String servers = IntStream.range(0, workers)
                    .mapToObj(i -> proxy.server().formatted(i, ports.get(i)))
                    .collect(Collectors.joining("\n"));
            Path directory = bench.temporary();
            Path file = Resources.copy(
                    proxy.file(), directory, Map.of("port", port, "servers", servers, "directory", directory));
            List<String> command = Stream.concat(proxy.command().stream(), Stream.of(file.toString()))
                    .toList();
            process = ProcessService.start(new Services(bench).builder(command), proxy.readyLine());
            Answerers.await(port, workers, pid -> true);
        } catch (IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    @Override
    ProcessService again(int index) throws Exception {
        return jetty("plain", ports.get(index));
    }

    @Override
    public void restart() throws Exception {
        for (int i = 0; i < jettys.size(); i++) {
            proxy.drain().accept(i);
            jettys.get(i).close();
            ProcessService fresh = again(i);
            jettys.set(i, fresh);
            proxy.ready().accept(i);
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
        return Stream.concat(super.processes().stream(), process.processes().stream())
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
