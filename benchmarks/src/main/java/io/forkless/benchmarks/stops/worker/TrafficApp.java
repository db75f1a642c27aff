package io.forkless.benchmarks.stops.worker;

import io.forkless.benchmarks.stops.Certificate;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The worker program: the same answers on either server, plain and with TLS. */
@Command(name = "traffic", description = "A server for every kind of traffic.", mixinStandardHelpOptions = true)
final class TrafficApp implements Callable<Integer> {
    /** Who answers requests. */
    enum ServerKind {
        jetty,
        undertow
    }

    @Option(names = "--server", required = true, description = "${COMPLETION-CANDIDATES}")
    private ServerKind server;

    @Option(names = "--certificate", required = true, description = "A key store that the clients trust.")
    private Path certificate;

    private TrafficApp() {}

    public static void main(String[] arguments) {
        int status = new CommandLine(new TrafficApp()).execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws Exception {
        SSLContext context = Certificate.context(certificate);
        switch (server) {
            case jetty -> JettyTraffic.start(context);
            case undertow -> UndertowTraffic.start(context);
        }
        return 0;
    }
}
