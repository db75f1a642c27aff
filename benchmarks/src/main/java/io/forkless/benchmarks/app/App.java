package io.forkless.benchmarks.app;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The server that is measured: the same handler on either server, on a listener of each kind. */
@Command(name = "app", description = "A server to measure.", mixinStandardHelpOptions = true)
final class App implements Callable<Integer> {
    /** Who answers requests. */
    enum ServerKind {
        jetty,
        undertow
    }

    /** Where the listener comes from. */
    enum ListenerKind {
        /** The server's own, as without Forkless. */
        plain,
        /** The adapter's: shared if a supervisor has started this program. */
        shared,
        /** The server's own, one of several on the same port ({@code SO_REUSEPORT}). */
        reuseport
    }

    @Option(names = "--server", defaultValue = "jetty", description = "${COMPLETION-CANDIDATES}")
    private ServerKind server;

    @Option(names = "--listener", defaultValue = "shared", description = "${COMPLETION-CANDIDATES}")
    private ListenerKind listener;

    @Option(names = "--port", defaultValue = "0", description = "On 127.0.0.1.")
    private int port;

    @Option(
            names = "--stop-timeout",
            paramLabel = "MILLIS",
            defaultValue = "0",
            description = "On TERM, Jetty gets so long to answer what is under way; 0: it just ends.")
    private long stopTimeout;

    @Option(names = "--work", defaultValue = "text", description = "${COMPLETION-CANDIDATES}")
    private WorkKind work;

    @Option(names = "--live", defaultValue = "100", description = "MiB of objects that --work garbage keeps.")
    private int live;

    private App() {}

    public static void main(String[] arguments) {
        int status = new CommandLine(new App()).execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws Exception {
        Work perRequest = work.create(live);
        boolean immediate = work == WorkKind.text;
        int bound = server == ServerKind.jetty
                ? JettyServer.start(listener, port, stopTimeout, perRequest, immediate)
                : UndertowServer.start(listener, port, perRequest, immediate);
        System.out.println("serving: http://127.0.0.1:" + bound);
        return 0;
    }
}
