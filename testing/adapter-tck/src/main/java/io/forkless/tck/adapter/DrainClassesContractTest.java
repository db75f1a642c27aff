package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.status.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A worker drains with what its JVM has loaded by then, as its jar may have been overwritten: the JVM itself tells what it loads
 * between the order to drain and its exit, and nothing of it may be from a jar or a directory.
 *
 * <p>The program is that of {@link AdapterContractTest} and {@link DrainContractTest}, and answers {@code /prepared} as
 * {@code /sleep} after {@link PreparedDrain#await}.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the option for the JVM's log takes no path with a colon")
public abstract class DrainClassesContractTest {
    private static final Pattern LOADED = Pattern.compile(".*\\] (\\S+) source: (file:\\S+)");

    /** This kit, and the program with its handlers: what answers requests is not the drain's concern. */
    private static final Pattern PROGRAM = Pattern.compile("io\\.forkless\\.(tck|testing)\\..*|.*\\.Test[A-Z].*");

    @TempDir
    private static Path temporary;

    private static TestKeyStore keyStore;
    private static SSLContext tls;

    private final Class<?> program;
    private final List<Closeable> connections = new ArrayList<>();

    /** @param program has the main method of the workers, as described above */
    protected DrainClassesContractTest(Class<?> program) {
        this.program = program;
    }

    @BeforeAll
    static void makeKeyStore() throws Exception {
        keyStore = TestKeyStore.create(temporary);
        tls = keyStore.clientContext();
    }

    @Test
    void without_a_connection() throws Exception {
        assertThat(loadedByDrain("plain=0", cluster -> {})).isEmpty();
    }

    @Test
    void with_http_1_and_http_2() throws Exception {
        assertThat(loadedByDrain("plain=0", cluster -> {
                    beginHttp1(cluster, null);
                    beginHttp2(cluster, null);
                }))
                .isEmpty();
    }

    @Test
    void with_http_1_and_http_2_over_tls() throws Exception {
        assertThat(loadedByDrain("tls=0", cluster -> {
                    beginHttp1(cluster, tls);
                    beginHttp2(cluster, tls);
                }))
                .isEmpty();
    }

    private interface Beginning {
        void begin(Cluster cluster) throws Exception;
    }

    private List<String> loadedByDrain(String listener, Beginning traffic) throws Exception {
        Path log = temporary.resolve(listener + "-" + System.nanoTime() + ".log");
        Cluster.Program worker = new Cluster.Program(
                program,
                List.of(keyStore.option(), "-Xlog:class+load:file=" + log),
                List.of("grace=" + Drain.GRACE.toMillis(), listener));
        try (Cluster cluster = Cluster.start(1, worker).ready()) {
            awaitPrepared(cluster, listener.startsWith("tls") ? tls : null);
            traffic.begin(cluster);
            int before = Files.readString(log, StandardCharsets.UTF_8).length();
            cluster.stop();
            assertThat(cluster.outcome()).as(cluster::output).isEqualTo(Outcome.DRAINED);
            return loaded(Files.readString(log, StandardCharsets.UTF_8).substring(before));
        } finally {
            for (Closeable connection : connections) {
                connection.close();
            }
        }
    }

    private static void awaitPrepared(Cluster cluster, SSLContext tls) throws IOException {
        try (Http1Client client = new Http1Client(cluster.port(), tls)) {
            client.exchange("/prepared");
        }
        cluster.awaitNoConnection(1);
    }

    /** Connections that wait for their first request, or the next one, and one on which a request is under way. */
    private void beginHttp1(Cluster cluster, SSLContext context) throws Exception {
        open(new Http1Client(cluster.port(), context));
        open(new Http1Client(cluster.port(), context)).exchange("/sleep?0,idle");
        Http1Client busy = open(new Http1Client(cluster.port(), context));
        busy.exchange("/sleep?0,busy");
        busy.send("/until-drain?500,http-1");
        SlowRequests.await(cluster, "500,http-1");
    }

    private void beginHttp2(Cluster cluster, SSLContext context) throws Exception {
        assertThat(open(new Http2Connection(cluster.port(), context))
                        .get("/sleep?0,idle-2")
                        .status())
                .isEqualTo(200);
        Http2Connection busy = open(new Http2Connection(cluster.port(), context));
        assertThat(busy.get("/sleep?0,busy-2").status()).isEqualTo(200);
        busy.get("/until-drain?500,http-2");
        SlowRequests.await(cluster, "500,http-2");
    }

    private <C extends Closeable> C open(C connection) {
        connections.add(connection);
        return connection;
    }

    private static List<String> loaded(String log) {
        return Arrays.stream(log.split("\\R"))
                .map(LOADED::matcher)
                .filter(line ->
                        line.matches() && !PROGRAM.matcher(line.group(1)).matches())
                .map(line -> line.group(1))
                .toList();
    }
}
