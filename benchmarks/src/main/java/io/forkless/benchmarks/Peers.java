package io.forkless.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What else puts N processes on one port: the same server behind a proxy or with SO_REUSEPORT, and Node's cluster. */
final class Peers {
    static final String FORKLESS = "Forkless";
    static final String REUSEPORT = "SO_REUSEPORT";
    static final String HAPROXY = "HAProxy";
    static final String NGINX = "nginx";
    static final String NODE_ROUND_ROBIN = "Node, round robin";
    static final String NODE_SHARED = "Node, shared";

    private final Bench bench;
    private final Services services;

    Peers(Bench bench) {
        this.bench = bench;
        services = new Services(bench);
    }

    /** Ordinary servers, each on a port of its own. */
    List<ProcessService> plain(int count, List<String> jvmOptions) throws IOException {
        return CompositeService.start(count, () -> app(jvmOptions, "--listener", "plain"));
    }

    /** Servers that have each bound the same port; the first one chooses it. */
    Service reusePort(int count, List<String> jvmOptions) throws IOException, InterruptedException {
        ProcessService first = app(jvmOptions, "--listener", "reuseport");
        try {
            String port = Integer.toString(first.port());
            List<ProcessService> all = new ArrayList<>(List.of(first));
            all.addAll(CompositeService.start(
                    count - 1, () -> app(jvmOptions, "--listener", "reuseport", "--port", port)));
            return new CompositeService(first.port(), all);
        } catch (IOException e) {
            first.close();
            throw e;
        }
    }

    /** One process with a thread per processor in front of these, which it takes over. */
    Service haproxy(List<ProcessService> backends) throws IOException, InterruptedException {
        int port = Answerers.freePort();
        IntFunction<String> server =
                i -> "    server worker" + i + " 127.0.0.1:" + backends.get(i).port();
        Path configuration = write("haproxy.cfg", port, servers(backends.size(), server));
        return behind(port, backends, "haproxy", "-db", "-f", configuration.toString());
    }

    /** A master with a process per processor in front of these, which it takes over. */
    Service nginx(List<ProcessService> backends) throws IOException, InterruptedException {
        int port = Answerers.freePort();
        IntFunction<String> server =
                i -> "        server 127.0.0.1:" + backends.get(i).port() + ";";
        Path configuration = write("nginx.conf", port, servers(backends.size(), server));
        return behind(port, backends, "nginx", "-e", "stderr", "-c", configuration.toString());
    }

    /** A primary that accepts and hands on, or that lets its workers accept from one shared socket. */
    ProcessService node(int count, boolean shared) throws IOException, InterruptedException {
        Path script = write("cluster.js", 0, "");
        List<String> command =
                List.of("node", script.toString(), Integer.toString(count), shared ? "shared" : "round-robin");
        return ProcessService.start(services.builder(command), "serving: ");
    }

    private ProcessService app(List<String> jvmOptions, String... options) throws IOException, InterruptedException {
        List<String> command = services.app(Services.java(), jvmOptions, options);
        return ProcessService.start(services.builder(command), "serving: ");
    }

    private Service behind(int port, List<ProcessService> backends, String... command)
            throws IOException, InterruptedException {
        try {
            List<ProcessService> all = new ArrayList<>(backends);
            all.add(0, ProcessService.start(services.builder(Arrays.asList(command)), port));
            return new CompositeService(port, all);
        } catch (IOException | InterruptedException e) {
            backends.forEach(ProcessService::close);
            throw e;
        }
    }

    private static String servers(int count, IntFunction<String> line) {
        return IntStream.range(0, count).mapToObj(line).collect(Collectors.joining("\n"));
    }

    /** One of this package's files, with its blanks filled in. */
    private Path write(String file, int port, String servers) throws IOException {
        String text = resource(file)
                .replace("@PORT@", Integer.toString(port))
                .replace("@SERVERS@", servers)
                .replace("@DIRECTORY@", bench.temporary().toString())
                .replace("@CORES@", Integer.toString(Runtime.getRuntime().availableProcessors()));
        return Files.writeString(bench.temporary().resolve(file), text);
    }

    static String resource(String file) throws IOException {
        try (InputStream in = Peers.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
