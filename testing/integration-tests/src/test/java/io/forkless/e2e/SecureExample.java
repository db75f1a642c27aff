package io.forkless.e2e;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * A worker with TLS that is of Jetty or of Undertow, by turns of its index, with the classes of the two examples:
 * {@code SecureExample JAR JAR CERTIFICATE}. It answers as the examples do, and sends events without an end at {@link #EVENTS}.
 */
final class SecureExample {
    static final String EVENTS = "/events";

    private static final long PAUSE_NANOS = 50_000_000;

    private SecureExample() {}

    public static void main(String[] arguments) throws Exception {
        int index = Integer.parseInt(System.getenv("FORKLESS_WORKER_INDEX"));
        URL jar = Path.of(arguments[index % 2]).toUri().toURL();
        URL classes = SecureExample.class.getProtectionDomain().getCodeSource().getLocation();
        @SuppressWarnings("resource") // for as long as the program runs
        ClassLoader loader = new URLClassLoader(new URL[] {jar, classes}, ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        String server = index % 2 == 0 ? "SecureJetty" : "SecureUndertow";
        var method = loader.loadClass(SecureExample.class.getPackageName() + "." + server)
                .getDeclaredMethod("serve", String.class, SSLContext.class);
        method.setAccessible(true); // it is of another class loader, and so of another package
        method.invoke(
                null,
                "worker " + index + " pid " + ProcessHandle.current().pid(),
                Certificate.context(Path.of(arguments[2])));
    }

    /** Until the client has closed the connection. */
    static void sendEvents(OutputStream out) throws IOException {
        for (int i = 0; ; i++) {
            out.write(("data: " + i + "\n\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
