package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.Client;
import io.forkless.testing.FreePort;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.jr.ob.JSON;

/** A service with a name, whose supervisor is not the same process for all of a test. */
abstract class NamedService extends ServiceCommands {
    static final String NAME = "web";
    static final Duration LIMIT = Duration.ofSeconds(90);

    /** Supervisors, as far as a test has looked at them. */
    private final Set<Long> seen = new HashSet<>();

    Path logs;
    Path pidFile;
    int port;

    @BeforeEach
    void choose_places() throws IOException {
        logs = directory.resolve("logs");
        pidFile = directory.resolve("pid");
        port = FreePort.any();
    }

    @AfterEach
    void end_the_service() throws Exception {
        command("stop", "--name", NAME); // while there are workers, they start a supervisor that is killed again
        seen.forEach(NamedService::kill);
        records().forEach(record -> kill(record.process().pid()));
    }

    /** In the background, with two workers. */
    void startService(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--name", NAME, "-w", "2", "-l", address()));
        all.addAll(List.of("--pid-file", pidFile.toString()));
        all.addAll(List.of(options));
        Result started = start(logs, all.toArray(), "--", serving());
        assertThat(started.status()).as(started.err()).isZero();
        look();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    String[] serving() {
        return worker(TestWorker.SERVE, address());
    }

    Result upgrade(Object... arguments) throws Exception {
        return command(flat("upgrade", "--name", NAME, arguments));
    }

    /** The service as it is now. */
    record Service(long supervisor, List<Long> workers, List<String> states) {}

    Service look() throws Exception {
        Result result = command("status", "--name", NAME, "--json");
        assertThat(result.err()).isEmpty();
        Map<String, Object> status = JSON.std.mapFrom(result.out());
        List<Long> workers = new ArrayList<>();
        List<String> states = new ArrayList<>();
        for (Object worker : (List<?>) status.get("workers")) {
            Map<?, ?> fields = (Map<?, ?>) worker;
            states.add((String) fields.get("state"));
            if (fields.get("pid") instanceof Number pid) {
                workers.add(pid.longValue());
            }
        }
        seen.add(((Number) status.get("pid")).longValue());
        return new Service(((Number) status.get("pid")).longValue(), workers, states);
    }

    /** Waits until there is a supervisor, another one than that, with workers that are all ready. */
    Service awaitSupervisorAfter(long previous) {
        return await().atMost(LIMIT)
                .ignoreExceptions()
                .ignoreException(AssertionError.class)
                .until(
                        this::look,
                        now -> now.supervisor() != previous
                                && now.states().stream().allMatch("READY"::equals));
    }

    void kill9(long pid) throws Exception {
        PosixSignals.send("KILL", pid);
        await().atMost(LIMIT).until(() -> ProcessIdentity.of(pid).isEmpty());
    }

    String ask(String question) throws Exception {
        try (Client client = new Client(port)) {
            return client.ask(question);
        }
    }

    String supervisorLog() throws IOException {
        return Files.readString(logs.resolve("forkless.log"));
    }

    void awaitLog(String text) {
        await(text).atMost(LIMIT).until(() -> supervisorLog().contains(text));
    }

    /** Of the workers that run, in the order of their indexes. */
    List<WorkerRecord> records() throws IOException {
        List<WorkerRecord> records = new ArrayList<>();
        for (Path file : files(WorkerRecord.FILE_SUFFIX)) {
            try {
                WorkerRecord record = WorkerRecord.read(file);
                if (record.isAlive()) {
                    records.add(record);
                }
            } catch (IOException e) {
                // it has just ended
            }
        }
        records.sort((one, other) -> Integer.compare(one.index(), other.index()));
        return records;
    }

    /** Whoever has the name. */
    long claimant() throws IOException {
        return EndpointText.parse(
                        Files.readString(files(EndpointText.FILE_SUFFIX).get(0)))
                .pid();
    }

    List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        } catch (UncheckedIOException e) {
            return List.of(); // one has just gone
        }
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
}
