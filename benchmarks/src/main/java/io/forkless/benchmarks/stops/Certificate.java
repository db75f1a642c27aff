package io.forkless.benchmarks.stops;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import okhttp3.tls.HeldCertificate;

/** A self-signed certificate for {@link Traffic#TLS_HOST}, in a file for either end. */
public final class Certificate {
    private static final String PASSWORD = "changeit";

    private Certificate() {}

    static Path create(Path directory) throws IOException, GeneralSecurityException {
        Path file = directory.resolve("certificate.p12");
        if (Files.exists(file)) {
            return file;
        }
        HeldCertificate held = new HeldCertificate.Builder()
                .commonName("localhost")
                .addSubjectAlternativeName(Traffic.TLS_HOST)
                .build();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("localhost", held.keyPair().getPrivate(), PASSWORD.toCharArray(), new X509Certificate[] {
            held.certificate()
        });
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    /** For either end: has that certificate, and trusts no other. */
    public static SSLContext context(Path file) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
