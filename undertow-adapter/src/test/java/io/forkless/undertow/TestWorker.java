package io.forkless.undertow;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.xnio.Options;

/** The worker program of these tests: a server with the listeners and oddities that its arguments ask for. */
final class TestWorker {
    private static Undertow server;

    private TestWorker() {}

    /** @param arguments {@code grace=MILLIS}, then {@code plain=PORT}, {@code tls=PORT} or {@code ajp=PORT} for each listener */
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
                case "grace" -> builder.setDrainIdleGrace(Duration.ofMillis(Long.parseLong(pair[1])));
                case "plain" -> builder.addHttpListener(Integer.parseInt(pair[1]), "127.0.0.1");
                case "wildcard" -> builder.addHttpListener(Integer.parseInt(pair[1]), "0.0.0.0");
                case "ajp" -> builder.addAjpListener(Integer.parseInt(pair[1]), "127.0.0.1");
                case "tls" -> builder.addHttpsListener(Integer.parseInt(pair[1]), "127.0.0.1", serverContext());
                default -> throw new IllegalArgumentException(option);
            }
        }
        server = builder.build();
        server.start();
    }

    static SharedXnioWorker xnioWorker() {
        return (SharedXnioWorker) server.getWorker();
    }

    private static SSLContext serverContext() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(System.getProperty("test.keystore")))) {
            keys.load(in, TestKeyStore.PASSWORD.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, TestKeyStore.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }
}
