package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.status.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table of traffic, each row of it across a drain that begins in the middle: whatever is under way gets its complete
 * response, what is idle is closed soon, and the worker ends as soon as the last request has. All rows of one kind of
 * connection share one worker and one drain, and each is a test of its own.
 *
 * <p>The program is that of {@link AdapterContractTest}. What this table needs beyond it:
 *
 * <ul>
 *   <li>{@code /sleep?MILLIS} and {@code /until-drain?MILLIS,TAG} pass the query to {@link SlowRequests}.
 *   <li>{@code /events?MILLIS,TAG} is a response without a length, made by {@link TestBodies#events}.
 *   <li>{@code /large} is one with a length, {@link TestBodies#LARGE}, made by {@link TestBodies#large}.
 *   <li>{@code /upload?TAG} reads the body of a POST, and awaits it with 100 Continue if it is asked to; the answer is what
 *       {@link TestBodies#received} makes of it.
 *   <li>{@code /early-hints} and {@code /early-hints/until-drain?MILLIS,TAG} send an interim response 103 and go on as {@code /}
 *       and {@code /until-drain} do, if the server has such a thing.
 * </ul>
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
public abstract class DrainContractTest {
    /** A gap before the other half, or two gaps: {@link Http1Traffic}, {@link Http2Traffic}. */
    @TempDir
    private static Path temporary;

    private static TestKeyStore keyStore;
    private static SSLContext tls;

    private final Class<?> program;
    private final boolean earlyHints;

    /**
     * @param program has the main method of the workers, as described above
     * @param earlyHints whether the server can send an interim response 103
     */
    protected DrainContractTest(Class<?> program, boolean earlyHints) {
        this.program = program;
        this.earlyHints = earlyHints;
    }

    @BeforeAll
    static void makeKeyStore() throws Exception {
        keyStore = TestKeyStore.create(temporary);
        tls = keyStore.clientContext();
    }

    @TestFactory
    Stream<DynamicTest> http_1_across_a_drain() throws Exception {
        try (Cluster cluster = start("plain=0").ready()) {
            Table table = new Table();
            table.begin(() -> new Http1Client(cluster.port()), Http1Traffic.rows(cluster, earlyHints));
            return acrossDrain(cluster, table);
        }
    }

    @TestFactory
    Stream<DynamicTest> http_1_over_tls_across_a_drain() throws Exception {
        try (Cluster cluster = start("tls=0").ready()) {
            Table table = new Table();
            table.begin(() -> new Http1Client(cluster.port(), tls), Http1Traffic.rows(cluster, earlyHints));
            return acrossDrain(cluster, table);
        }
    }

    @TestFactory
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = AdapterContractTest.NO_UNIX_DOMAIN)
    Stream<DynamicTest> http_1_on_a_unix_domain_listener_across_a_drain() throws Exception {
        Path path = UnixDomainPaths.next();
        Cluster.Program worker = program("unix=" + path);
        try (Cluster cluster = Cluster.start(1, path, worker).ready()) {
            Table table = new Table();
            table.begin(() -> new Http1Client(path), Http1Traffic.rows(cluster, earlyHints));
            return acrossDrain(cluster, table);
        }
    }

    @TestFactory
    Stream<DynamicTest> http_2_by_prior_knowledge_across_a_drain() throws Exception {
        try (Cluster cluster = start("plain=0").ready()) {
            Table table = new Table();
            table.begin(() -> new Http2Connection(cluster.port(), null), Http2Traffic.rows(cluster));
            table.begin(() -> new Http1Client(cluster.port()), IdleHttp2Traffic.rows());
            return acrossDrain(cluster, table);
        }
    }

    @TestFactory
    Stream<DynamicTest> http_2_over_tls_across_a_drain() throws Exception {
        try (Cluster cluster = start("tls=0").ready()) {
            Table table = new Table();
            table.begin(() -> new Http2Connection(cluster.port(), tls), Http2Traffic.rows(cluster));
            table.begin(() -> new Http1Client(cluster.port(), tls, "h2"), IdleHttp2Traffic.rows());
            return acrossDrain(cluster, table);
        }
    }

    private static Stream<DynamicTest> acrossDrain(Cluster cluster, Table table) throws Exception {
        table.awaitBegun();
        cluster.stop();
        cluster.awaitOutput("draining: "); // the worker's log
        Drain drain = Drain.beginsNow();
        table.go(drain);
        List<DynamicTest> rows = table.results();
        Duration lastRequest = drain.elapsed();
        Outcome outcome = cluster.outcome();
        Duration rest = drain.elapsed().minus(lastRequest);
        DynamicTest end = DynamicTest.dynamicTest("the worker has ended, as soon as the last request had", () -> {
            assertThat(outcome).isEqualTo(Outcome.DRAINED);
            Drain.assertEndsWithLastRequest(rest);
        });
        return Stream.concat(rows.stream(), Stream.of(end));
    }

    private Cluster start(String listener) throws Exception {
        return Cluster.start(1, program(listener));
    }

    private Cluster.Program program(String listener) {
        List<String> arguments = List.of("grace=" + Drain.GRACE.toMillis(), listener);
        return new Cluster.Program(program, List.of(keyStore.option()), arguments);
    }
}
