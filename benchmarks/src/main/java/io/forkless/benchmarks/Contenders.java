package io.forkless.benchmarks;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All that faults are tried on. */
final class Contenders {
    /** Far less than anybody's default, so that a frozen worker does not take minutes. */
    static final String HANG_TIMEOUT_SECONDS = "3";

    /** Quick to start, and not in each other's way on a small machine; the same for every JVM that serves. */
    static final List<String> JVM_OPTIONS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m");

    private static final Set<Fault> ALL = EnumSet.allOf(Fault.class);
    private static final Set<Fault> ALL_BUT_DEPLOY = EnumSet.of(Fault.KILL, Fault.FREEZE, Fault.RESTART);

    private Contenders() {}

    static List<Contender> of(Bench bench) {
        List<Contender> all = new ArrayList<>(List.of(forkless("jetty"), unicorn()));
        if (!bench.quick()) {
            all.add(1, forkless("undertow"));
            all.add(2, reusePort());
            all.add(3, haproxy());
            all.add(4, nginx());
            all.add(puma());
            all.add(gunicorn());
            all.add(serverEngine());
        }
        return all;
    }

    private static Contender forkless(String server) {
        return new Contender(
                "Forkless, " + server,
                "",
                true,
                ALL,
                "`forkless restart`; deploy: the same after another jar was renamed to the program's.",
                (bench, workers) -> new ForklessGroup(bench, workers, server));
    }

    private static Contender reusePort() {
        return new Contender(
                "Jettys, SO_REUSEPORT",
                "",
                true,
                ALL_BUT_DEPLOY,
                "a new one is started, then an old one gets `TERM`, with `GracefulHandler` and a stop time-out of 5 s.",
                ReusePortGroup::new);
    }

    private static Contender haproxy() {
        return new Contender(
                "Jettys behind HAProxy",
                Machine.versionOf("haproxy", "-v"),
                true,
                ALL_BUT_DEPLOY,
                "`set server … state drain`, and when it has no request `TERM`, a new one on its port, `state ready`;"
                        + " checks every 0.5 s.",
                (bench, workers) -> new ProxiedGroup(bench, workers, Proxy.haproxy(bench)));
    }

    private static Contender nginx() {
        return new Contender(
                "Jettys behind nginx",
                Machine.versionOf("nginx", "-v"),
                true,
                ALL_BUT_DEPLOY,
                "`TERM` and a new one on its port; nginx asks another server when one does not answer.",
                (bench, workers) -> new ProxiedGroup(bench, workers, Proxy.nginx()));
    }

    private static Contender puma() {
        return new Contender(
                "Puma",
                Machine.versionOf("puma", "--version"),
                true,
                ALL,
                "phased restart (`USR1`), deploy: hot restart (`USR2`); hang time-out by default 60 s.",
                peer(Peer.PUMA));
    }

    private static Contender unicorn() {
        return new Contender(
                "Unicorn",
                Machine.versionOf("unicorn", "--version"),
                false,
                ALL,
                "`HUP`; deploy: `USR2`, and `QUIT` to the old parent when the new workers answer; hang time-out by"
                        + " default 60 s. It closes every connection after its response.",
                peer(Peer.UNICORN));
    }

    private static Contender gunicorn() {
        return new Contender(
                "Gunicorn, gthread",
                Machine.versionOf("gunicorn", "--version"),
                true,
                ALL,
                "`HUP`; deploy: `USR2`, then `WINCH` and `QUIT` to the old parent; hang time-out by default 30 s.",
                peer(Peer.GUNICORN));
    }

    private static Contender serverEngine() {
        return new Contender(
                "ServerEngine, process",
                Machine.versionOf("ruby", "-rserverengine", "-e", "puts ServerEngine::VERSION"),
                true,
                ALL_BUT_DEPLOY,
                "`USR1`, which loads no new program; it says itself that its live restart is not for network servers;"
                        + " hang time-out by default 180 s, and `KILL` 10 minutes later. The HTTP is ours.",
                peer(Peer.SERVER_ENGINE));
    }

    private static Contender.Starter peer(Peer peer) {
        return (bench, workers) -> new PeerGroup(bench, workers, peer);
    }
}
