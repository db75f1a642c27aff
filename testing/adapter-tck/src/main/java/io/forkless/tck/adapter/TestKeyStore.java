package io.forkless.tck.adapter;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import okhttp3.tls.HeldCertificate;

/** A self-signed certificate for localhost in a file, for the workers of a test and its clients. */
public record TestKeyStore(Path file) {
    public static final String PASSWORD = "changeit";

    private static final String PROPERTY = "forkless.tck.keystore";

    static TestKeyStore create(Path directory) throws Exception {
        HeldCertificate localhost = new HeldCertificate.Builder()
                .commonName("localhost")
                .addSubjectAlternativeName("localhost")
                .addSubjectAlternativeName("127.0.0.1")
                .build();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("localhost", localhost.keyPair().getPrivate(), PASSWORD.toCharArray(), new Certificate[] {
            localhost.certificate()
        });
        Path file = directory.resolve("test.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, PASSWORD.toCharArray());
        }
        return new TestKeyStore(file);
    }

    /** The one that the test has made for its workers, of which this process is one. */
    public static TestKeyStore ofThisWorker() {
        return new TestKeyStore(Path.of(System.getProperty(PROPERTY)));
    }

    /** The JVM option by which a worker finds it. */
    String option() {
        return "-D" + PROPERTY + "=" + file;
    }

    public SSLContext serverContext() throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys(), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    /** Trusts that certificate and no other. */
    SSLContext clientContext() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(keys());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private KeyStore keys() throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }
}
