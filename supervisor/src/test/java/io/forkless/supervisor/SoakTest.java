package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.process.SpawnedWorker;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a supervisor costs, and that it costs no more in the long run. Short by default; the Maven profile "soak" asks for
 * the long form, whose last figures are in docs/soak.md.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "what a process takes is read from /proc")
@Timeout(value = 2, unit = TimeUnit.HOURS)
@Tag("long")
class SoakTest {
    private static final boolean LONG = Boolean.getBoolean("forkless.soak");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** The heap of a supervisor that has nothing to hide: what it leaks would soon not fit. */
    private static final List<String> SMALL_HEAP = List.of("-Xmx16m", "-Xmn4m");

    /** Less than one a restart in the short form, and nothing in the long one: threads of the JVM come and go. */
    private static final int FEW = 4;

    private static final int RESIDENT_GROWTH_KIB = 8 << 10;
    private static final double HEARTBEAT_BOUND = 0.001;

    @TempDir(factory = ShortTempDir.class)
    Path directory;

    private Path temporary;

    @BeforeEach
    void make_a_temporary_directory() throws IOException {
        temporary = Files.createDirectory(directory.resolve("tmp"));
    }

    @Test
    void a_supervisor_does_not_grow_with_the_number_of_restarts() throws Exception {
        int restarts = LONG ? 500 : 5;
        int settled = LONG ? 20 : 1; // restarts after which all code has run once
        int workers = LONG ? 1 : 2;
        try (SupervisorProcess supervisor = supervisor(workers)) {
            for (int i = 0; i < settled; i++) {
                supervisor.restart();
            }
            Footprint first = footprint(supervisor, workers);
            for (int i = settled; i < restarts; i++) {
                supervisor.restart();
            }
            Footprint last = footprint(supervisor, workers);

            report("supervisor of %d after %d restarts: %s".formatted(workers, settled, first));
            report("supervisor of %d after %d restarts: %s".formatted(workers, restarts, last));
            assertThat(last.descriptors()).isLessThanOrEqualTo(first.descriptors() + FEW);
            assertThat(last.threads()).isLessThanOrEqualTo(first.threads() + FEW);
            assertThat(last.files()).isEqualTo(first.files());
            assertThat(last.residentKib()).isLessThanOrEqualTo(first.residentKib() + RESIDENT_GROWTH_KIB);
            supervisor.stop();
        }
    }

    @Test
    void a_supervisor_is_small_and_idle() throws Exception {
        int workers = 4;
        try (SupervisorProcess supervisor = supervisor(workers)) {
            double share = shareOfCore(Duration.ofSeconds(LONG ? 10 : 1), supervisor.process.toHandle())[0];
            report("supervisor of %d idle workers: %s; %.3f %% of a core"
                    .formatted(workers, footprint(supervisor, workers), share * 100));
            assertThat(share).isPositive().isLessThan(0.5); // in the short form its own start still echoes
            supervisor.stop();
        }
    }

    @Test
    void heartbeats_cost_a_worker_less_than_a_thousandth_of_a_core() throws Exception {
        try (Host often = new Host(Duration.ofSeconds(1));
                Host never = new Host(Duration.ofHours(1))) {
            await().atMost(LIMIT).until(() -> often.beats.get() >= (LONG ? 10 : 1)); // both JVMs have settled
            int before = often.beats.get();
            double[] shares =
                    shareOfCore(Duration.ofSeconds(LONG ? 120 : 2), often.worker.toHandle(), never.worker.toHandle());

            int beats = often.beats.get() - before;
            double cost = shares[0] - shares[1];
            report("an idle worker: with %d heartbeats %.4f %% of a core, without %.4f %%; they cost %.0f µs a second"
                    .formatted(beats, shares[0] * 100, shares[1] * 100, cost * 1_000_000));
            assertThat(beats).isPositive();
            assertThat(never.beats).hasValue(0);
            if (LONG) { // a shorter one measures the JVM's compiler
                assertThat(cost).isLessThan(HEARTBEAT_BOUND);
            }
        }
    }

    private SupervisorProcess supervisor(int workers) throws IOException {
        List<String> serve = JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0")
                .command();
        return new SupervisorProcess(temporary, List.of(), SMALL_HEAP, workers, true, serve).awaitReady();
    }

    /** Once nothing of the last restart is left but the workers. */
    private Footprint footprint(SupervisorProcess supervisor, int workers) {
        ProcessHandle process = supervisor.process.toHandle();
        await().atMost(LIMIT).until(() -> process.children().count() == workers);
        await().atMost(LIMIT).until(() -> bootstrapFiles() == 0);
        try {
            return Footprint.of(process, temporary);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private long bootstrapFiles() throws IOException {
        try (var files = Files.walk(temporary)) {
            return files.filter(file -> file.toString().endsWith(BootstrapFile.FILE_SUFFIX))
                    .count();
        }
    }

    /** How much of a core each of these takes over the same time. */
    private static double[] shareOfCore(Duration time, ProcessHandle... processes) throws Exception {
        List<Map<Path, Long>> before = new ArrayList<>();
        long start = System.nanoTime();
        for (ProcessHandle process : processes) {
            before.add(Footprint.cpuNanos(process));
        }
        Thread.sleep(time.toMillis()); // not for luck: this is the measurement
        double[] shares = new double[processes.length];
        for (int i = 0; i < processes.length; i++) {
            long nanos = 0;
            for (var thread : Footprint.cpuNanos(processes[i]).entrySet()) {
                nanos += thread.getValue() - before.get(i).getOrDefault(thread.getKey(), 0L);
            }
            shares[i] = (double) nanos / (System.nanoTime() - start);
        }
        return shares;
    }

    private static void report(String line) {
        System.out.println("soak: " + line);
    }

    /** What a supervisor is to one worker that never serves, with a heartbeat interval that no setting allows. */
    private static final class Host implements Closeable, SpawnedWorker.Events {
        final AtomicInteger beats = new AtomicInteger();
        final Process worker;
        private final PrivateDirectory directory = PrivateDirectory.create("forkless-soak-");
        private final EventLoop loop = new EventLoop("soak-host");
        private final CompletableFuture<Void> connected = new CompletableFuture<>();
        private final Scoreboard scoreboard;
        private final ControlServer control;

        Host(Duration heartbeatInterval) throws Exception {
            scoreboard = Scoreboard.create(directory.resolve(Scoreboard.FILE));
            control = new ControlServer(
                    loop, directory, new Welcome(Duration.ofSeconds(30), heartbeatInterval), "none", operator -> {});
            SpawnedWorker spawned = new SpawnedWorker(0, this, false);
            Path bootstrap = directory.resolve("0" + BootstrapFile.FILE_SUFFIX);
            control.expect(spawned).writeTo(bootstrap);
            ProcessBuilder builder = JavaProgram.of(TestWorker.class, TestWorker.IDLE)
                    .process()
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put(BootstrapFile.ENVIRONMENT, bootstrap.toString());
            worker = builder.start();
            spawned.spawned(worker.toHandle());
            loop.start();
            connected.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        @Override
        public void ready(SpawnedWorker from) {
            connected.complete(null);
        }

        @Override
        public void unready(SpawnedWorker worker) {}

        @Override
        public void drained(SpawnedWorker worker) {}

        @Override
        public void heartbeat(SpawnedWorker from, Heartbeat heartbeat) {
            beats.incrementAndGet();
        }

        @Override
        public void listenRequested(SpawnedWorker from, Listen request) {}

        @Override
        public void linkLost(SpawnedWorker from) {}

        @Override
        public void close() throws IOException {
            worker.destroyForcibly().onExit().join();
            loop.stop();
            control.close();
            scoreboard.close();
            directory.close();
        }
    }
}
