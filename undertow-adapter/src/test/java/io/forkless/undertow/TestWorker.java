package io.forkless.undertow;

import io.forkless.tck.adapter.HeldReadiness;
import io.forkless.tck.adapter.Restarts;
import io.forkless.tck.adapter.TestKeyStore;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.xnio.Options;

/** The worker program of these tests: a server with the listeners and oddities that its arguments ask for. */
final class TestWorker {
    private static Undertow server;

    private TestWorker() {}

    /**
     * @param arguments those of {@link io.forkless.tck.adapter.AdapterContractTest}, {@code ajp=PORT}, and
     *     {@code wildcard=PORT}
     */
    public static void main(String[] arguments) throws Exception {
        List<String> options = List.of(arguments);
        ForklessUndertow.Builder builder = ForklessUndertow.builder()
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setWorkerOption(Options.WORKER_NAME, "test")
                .setIoThreads(2)
                .setDrainIdleGrace(Duration.ofMillis(500))
                .setHandler(new TestHandler());
        for (String option : options) {
            String[] pair = option.split("=");
            switch (pair[0]) {
                case "threads" -> builder.setWorkerThreads(Integer.parseInt(pair[1]));
                case "grace" -> builder.setDrainIdleGrace(Duration.ofMillis(Long.parseLong(pair[1])));
                case "plain" -> builder.addHttpListener(Integer.parseInt(pair[1]), "127.0.0.1");
                case "unix" -> builder.addHttpListener(Path.of(pair[1]));
                case "wildcard" -> builder.addHttpListener(Integer.parseInt(pair[1]), "0.0.0.0");
                case "ajp" -> {
                    System.setProperty("io.undertow.ajp.REQUIRE_AJP_SECRET", "false");
                    builder.addAjpListener(Integer.parseInt(pair[1]), "127.0.0.1");
                }
                case "tls" -> {
                    SSLContext context = TestKeyStore.ofThisWorker().serverContext();
                    builder.addHttpsListener(Integer.parseInt(pair[1]), "127.0.0.1", context);
                }
                case "hold" -> HeldReadiness.hold();
                case "restarts" -> {
                    // later
                }
                default -> throw new IllegalArgumentException(option);
            }
        }
        server = builder.build();
        server.start();
        if (options.contains("restarts")) {
            Restarts.run(TestWorker::restart);
        }
    }

    private static void restart() {
        server.stop();
        server.start();
    }

    static SharedXnioWorker xnioWorker() {
        return (SharedXnioWorker) server.getWorker();
    }
}
