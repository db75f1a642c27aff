package io.forkless.benchmarks.ports;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Machine;
import io.forkless.benchmarks.harness.Names;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.ProxiedGroup;
import io.forkless.benchmarks.service.Proxy;
import io.forkless.benchmarks.service.Resources;
import io.forkless.benchmarks.service.ReusePortGroup;
import io.forkless.benchmarks.service.Rounds;
import io.forkless.benchmarks.service.Service;
import io.forkless.benchmarks.service.Services;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What puts N processes on one port: the same server in four ways, as quick as each can be, and Node's cluster. */
final class Ways {
    private static final List<String> JVM_OPTIONS = List.of("-Xmx256m");

    /** A JVM that compiles less has done it sooner. */
    private static final List<String> QUICK_JVM_OPTIONS = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

    /** One process with a thread per processor. */
    private static final Proxy HAPROXY =
            new Proxy("ports/haproxy.cfg", List.of("haproxy", "-db", "-f"), "    server worker%d 127.0.0.1:%d");

    /** A master with a process per processor. */
    private static final Proxy NGINX =
            new Proxy("ports/nginx.conf", List.of("nginx", "-e", "stderr", "-c"), "        server 127.0.0.1:%2$d;");

    private final Bench bench;
    private final int workers;
    private final Services services;
    private final List<String> jvmOptions;
    private final List<String> missing = new ArrayList<>();

    Ways(Bench bench, int workers) {
        this.bench = bench;
        this.workers = workers;
        services = new Services(bench);
        jvmOptions = bench.quick() ? QUICK_JVM_OPTIONS : JVM_OPTIONS;
    }

    /** Starts all that are installed; they take part in the rounds from then on. */
    void start(Rounds rounds) throws IOException, InterruptedException {
        List<String> worker = services.app(Services.java(), jvmOptions, "--listener", "shared");
        rounds.add(Names.FORKLESS, services.forkless(workers, worker));
        rounds.add(Names.REUSEPORT, new ReusePortGroup(bench, workers, jvmOptions));
        if (installed(Names.HAPROXY, "haproxy", "-v")) {
            rounds.add(Names.HAPROXY, new ProxiedGroup(bench, workers, HAPROXY, jvmOptions));
        }
        if (installed(Names.NGINX, "nginx", "-v")) {
            rounds.add(Names.NGINX, new ProxiedGroup(bench, workers, NGINX, jvmOptions));
        }
        if (!bench.quick() && installed("Node", "node", "--version")) {
            rounds.add("Node, round robin", node("round-robin"));
            rounds.add("Node, shared", node("shared"));
        }
    }

    /** Those that cannot take part. */
    List<String> missing() {
        return List.copyOf(missing);
    }

    /** A primary that accepts and hands on, or that lets its workers accept from one shared socket. */
    private Service node(String scheduling) throws IOException, InterruptedException {
        Path script = Resources.copy("ports/cluster.js", bench.temporary(), Map.of());
        return ProcessService.start(
                services.builder(List.of("node", script.toString(), Integer.toString(workers), scheduling)),
                "serving: ");
    }

    private boolean installed(String way, String... version) {
        if (Machine.versionOf(version) != null) {
            return true;
        }
        missing.add(way);
        return false;
    }
}
