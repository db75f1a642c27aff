package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.FreePort;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * An nginx of our own in front of one Unix-domain path, configured as docs/operations.md says: one process, with all its files
 * in a directory of the test.
 */
final class RunningNginx implements AutoCloseable {
    private static final String CONFIGURATION = """
            daemon off;
            master_process off; # it would give the connections to another user, who may not use the path
            pid DIRECTORY/nginx.pid;
            error_log stderr warn;
            events {
            }
            http {
                access_log off;
                client_body_temp_path DIRECTORY/body;
                proxy_temp_path DIRECTORY/proxy;
                fastcgi_temp_path DIRECTORY/fastcgi;
                uwsgi_temp_path DIRECTORY/uwsgi;
                scgi_temp_path DIRECTORY/scgi;
            DOCUMENTED
            }
            """;

    /** With connections to the workers that are kept: those are what a drain has to end in good order. */
    private static final String DOCUMENTED =
            new Document("docs/operations.md").blocks("nginx").get(0).text();

    private static final String DOCUMENTED_PATH = "unix:/run/web/web.sock;";
    private static final String DOCUMENTED_PORT = "listen 80;";

    private final int port;
    private final Process process;

    private RunningNginx(int port, Process process) {
        this.port = port;
        this.process = process;
    }

    /** On a free port of 127.0.0.1; returns when it answers. */
    static RunningNginx inFrontOf(Path unixDomainPath, Path directory) throws IOException {
        int port = FreePort.any(); // it tells none that the system has chosen
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(
                configuration,
                CONFIGURATION
                        .replace("DIRECTORY", directory.toString())
                        .replace("DOCUMENTED", documented(unixDomainPath, port)));
        Process process = new ProcessBuilder(
                        executable(), "-e", "stderr", "-p", directory.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.log").toFile())
                .start();
        RunningNginx nginx = new RunningNginx(port, process);
        await("nginx").atMost(RunningProgram.PATIENCE).until(() -> !process.isAlive() || nginx.answers());
        return nginx;
    }

    /** But for the path and the port. */
    private static String documented(Path unixDomainPath, int port) {
        assertThat(DOCUMENTED).contains(DOCUMENTED_PATH, DOCUMENTED_PORT);
        return DOCUMENTED
                .replace(DOCUMENTED_PATH, "unix:" + unixDomainPath + ";")
                .replace(DOCUMENTED_PORT, "listen 127.0.0.1:" + port + ";");
    }

    static void assumeInstalled() {
        assumeTrue(candidates().anyMatch(Files::isExecutable), "nginx is not installed");
    }

    private static String executable() {
        return candidates()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow()
                .toString();
    }

    /** An ordinary user's path may be without the directory for administrators' programs. */
    private static Stream<Path> candidates() {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":")), Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, "nginx"));
    }

    private boolean answers() {
        try {
            return HttpConnection.get(port, "/").startsWith("worker ");
        } catch (RequestException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
