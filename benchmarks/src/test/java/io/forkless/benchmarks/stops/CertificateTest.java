package io.forkless.benchmarks.stops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateTest {
    @TempDir
    private Path directory;

    @Test
    void a_client_trusts_the_certificate_for_the_host_that_serves_with_tls() throws Exception {
        SSLContext context = Certificate.context(Certificate.create(directory));
        InetAddress host = InetAddress.getByName(Traffic.TLS_HOST);
        try (SSLServerSocket listener =
                        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 1, host);
                SSLSocket client =
                        (SSLSocket) context.getSocketFactory().createSocket(Traffic.TLS_HOST, listener.getLocalPort());
                SSLSocket server = (SSLSocket) listener.accept()) {
            SSLParameters parameters = client.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            client.setSSLParameters(parameters);
            CompletableFuture<Void> handshake = CompletableFuture.runAsync(() -> handshake(client));
            handshake(server);
            handshake.get(30, TimeUnit.SECONDS);
            assertThat(client.getSession().isValid()).isTrue();
        }
    }

    private static void handshake(SSLSocket socket) {
        try {
            socket.startHandshake();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
