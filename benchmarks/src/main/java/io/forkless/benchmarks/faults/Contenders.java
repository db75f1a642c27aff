package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.faults.Contender.Connections;
import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.harness.Machine;
import io.forkless.benchmarks.service.ProxiedGroup;
import io.forkless.benchmarks.service.ReusePortGroup;
import io.forkless.benchmarks.service.Services;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All that faults are tried on. */
final class Contenders {
    /** Far less than anybody's default, so that a frozen worker does not take minutes. */
    static final String HANG_TIMEOUT_SECONDS = "3";

    /** Jetty's own means against losses, {@code GracefulHandler} and a time for what is under way: milliseconds. */
    private static final String[] STOP_TIMEOUT = {"--stop-timeout", "5000"};

    private static final Set<Fault> ALL = EnumSet.allOf(Fault.class);
    private static final Set<Fault> ALL_BUT_DEPLOY = EnumSet.of(Fault.KILL, Fault.FREEZE, Fault.RESTART);

    private Contenders() {}

    static List<Contender> of(Bench bench) {
        return bench.quick()
                ? List.of(forkless("jetty"), unicorn())
                : List.of(
                        forkless("jetty"),
                        forkless("undertow"),
                        reusePort(),
                        haproxy(),
                        nginx(),
                        puma(),
                        unicorn(),
                        gunicorn(),
                        serverEngine());
    }

    private static Contender forkless(String server) {
        return new Contender(
                "Forkless, " + server,
                "",
                Connections.KEPT,
                ALL,
                "`forkless restart`; deploy: the same after another jar was renamed to the program's.",
                (bench, workers) -> new ForklessGroup(bench, workers, server));
    }

    private static Contender reusePort() {
        return new Contender(
                "Jettys, SO_REUSEPORT",
                "",
                Connections.KEPT,
                ALL_BUT_DEPLOY,
                "a new one is started, then an old one gets `TERM`, with `GracefulHandler` and a stop time-out of 5 s."
                        + " While it stops it answers 503 to what comes over connections that it has; what waits in its"
                        + " queue is reset when it ends. Nobody kills a frozen one, and its share of new clients waits. A deploy is the same.",
                (bench, workers) -> new ReusePortGroup(bench, workers, Services.SMALL_JVM, STOP_TIMEOUT));
    }

    private static Contender haproxy() {
        return new Contender(
                "Jettys behind HAProxy",
                Machine.versionOf("haproxy", "-v"),
                Connections.PROXIED,
                ALL_BUT_DEPLOY,
                "`set server … state drain`, and when it has no request `TERM`, a new one on its port, `state ready`;"
                        + " `option httpchk` every 0.5 s, else"
                        + " its defaults: it repeats what a server refuses, not what a server has cut off (502, or an end"
                        + " without a word so that the client repeats it), and what a frozen one has waits for `timeout"
                        + " server`. A deploy is the same.",
                (bench, workers) ->
                        new ProxiedGroup(bench, workers, Proxies.haproxy(), Services.SMALL_JVM, STOP_TIMEOUT));
    }

    private static Contender nginx() {
        return new Contender(
                "Jettys behind nginx",
                Machine.versionOf("nginx", "-v"),
                Connections.PROXIED,
                ALL_BUT_DEPLOY,
                "`TERM` and a new one on its port, then the next when it has answered. nginx asks another server when"
                        + " one ends a connection or refuses it, and shuns that one for `fail_timeout` (1 s here, 10 s by"
                        + " default); the 503 of a Jetty that stops passes, and what a frozen one has waits for"
                        + " `proxy_read_timeout`. A deploy is the same.",
                (bench, workers) ->
                        new ProxiedGroup(bench, workers, Proxies.nginx(), Services.SMALL_JVM, STOP_TIMEOUT));
    }

    private static Contender puma() {
        return new Contender(
                "Puma",
                Machine.versionOf("puma", "--version"),
                Connections.KEPT,
                ALL,
                "phased restart (`USR1`); deploy: hot restart (`USR2`), in which clients wait in the queue while it loads"
                        + " anew; hang time-out by default 60 s. It closes connections that are idle at that moment.",
                peer(Peer.PUMA));
    }

    private static Contender unicorn() {
        return new Contender(
                "Unicorn",
                Machine.versionOf("unicorn", "--version"),
                Connections.CLOSED,
                ALL,
                "`HUP`; deploy: `USR2`, and `QUIT` to the old parent when the new workers answer; hang time-out by"
                        + " default 60 s. It closes every connection after its response.",
                peer(Peer.UNICORN));
    }

    private static Contender gunicorn() {
        return new Contender(
                "Gunicorn, gthread",
                Machine.versionOf("gunicorn", "--version"),
                Connections.KEPT,
                ALL,
                "`HUP`; deploy: `USR2`, and `TERM` to the old parent when the new workers answer; hang"
                        + " time-out by default 30 s. A worker that stops no longer reads from the connections that it"
                        + " keeps alive, and ends them without announcement.",
                peer(Peer.GUNICORN));
    }

    private static Contender serverEngine() {
        return new Contender(
                "ServerEngine, process",
                serverEngineVersion(),
                Connections.KEPT,
                ALL_BUT_DEPLOY,
                "`USR1`, which loads no new program; it says itself that its live restart is not for network servers;"
                        + " hang time-out by default 180 s, and `KILL` 10 minutes later. The HTTP is ours.",
                peer(Peer.SERVER_ENGINE));
    }

    /** Ruby may be there without it, and says so. */
    private static String serverEngineVersion() {
        String version = Machine.versionOf("ruby", "-rserverengine", "-e", "puts ServerEngine::VERSION");
        return version != null && version.matches("[\\d.]+") ? version : null;
    }

    private static Contender.Starter peer(Peer peer) {
        return (bench, workers) -> new PeerGroup(bench, workers, peer);
    }
}
