package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.UserId;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.admin.AdminClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A service with a name, a directory of its own, and one {@link SupervisorProcess} after the other. Commands of this JVM find it.
 * What is changed here holds for the next supervisor.
 */
public final class NamedService implements Closeable {
    public static final String NAME = "web";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TEMPORARY_PROPERTY = "java.io.tmpdir";
    private static final Pattern WORKER = Pattern.compile("pid=(\\d+) .*state=(\\w+)");

    public final Path temporary;
    private final String temporaryBefore = System.getProperty(TEMPORARY_PROPERTY);
    private final Map<String, String> properties = new HashMap<>();
    private final List<SupervisorProcess> supervisors = new ArrayList<>();
    private final Set<Long> workers = new HashSet<>();
    private List<String> command;
    private int count = 2;
    private boolean listens = true;

    /** @param directory is empty */
    public NamedService(Path directory, List<String> command) throws IOException {
        this.command = command;
        temporary = Files.createDirectory(directory.resolve("tmp"));
        System.setProperty(TEMPORARY_PROPERTY, temporary.toString());
        properties.put(TestSupervisor.NAME, NAME);
    }

    public NamedService set(String property, String value) {
        properties.put(property, value);
        return this;
    }

    NamedService workers(int newCount) {
        count = newCount;
        return this;
    }

    NamedService command(List<String> newCommand) {
        command = newCommand;
        return this;
    }

    /** Its workers ask for what they want. */
    NamedService withoutListeners() {
        listens = false;
        return this;
    }

    /** Starts the next supervisor; it is perhaps not ready. */
    public SupervisorProcess begin() throws IOException {
        List<String> options = new ArrayList<>();
        properties.forEach((property, value) -> options.add("-D" + property + "=" + value));
        SupervisorProcess supervisor = new SupervisorProcess(temporary, List.of(), options, count, listens, command);
        supervisors.add(supervisor);
        return supervisor;
    }

    /** The same, and waits until all of its workers are ready. */
    public SupervisorProcess start() throws Exception {
        SupervisorProcess supervisor = begin().awaitReady();
        workers.addAll(workers());
        return supervisor;
    }

    /** The latest. */
    public SupervisorProcess supervisor() {
        return supervisors.get(supervisors.size() - 1);
    }

    /** From now on that one counts as the latest. */
    void use(SupervisorProcess supervisor) {
        supervisors.remove(supervisor);
        supervisors.add(supervisor);
    }

    /** Kills the supervisor that there is; its workers stay. */
    public void kill() throws Exception {
        records().forEach(record -> workers.add(record.process().pid()));
        supervisor().killHard();
    }

    public List<String> command(String verb, String argument) throws Exception {
        try (AdminClient client = AdminClient.connect(NAME)) {
            client.execute(verb, argument);
            return client.reports();
        }
    }

    public List<String> status() throws Exception {
        return command("status", "");
    }

    /** The workers' pids. */
    public Set<Long> workers() throws Exception {
        return workers("\\w+");
    }

    /** Those in that state. */
    public Set<Long> workers(String state) throws Exception {
        Set<Long> pids = new TreeSet<>();
        for (String line : status()) {
            Matcher matcher = WORKER.matcher(line);
            if (matcher.find() && matcher.group(2).matches(state)) {
                pids.add(Long.valueOf(matcher.group(1)));
            }
        }
        return pids;
    }

    /** Waits until so many workers are ready and there is no other; returns their pids. */
    public Set<Long> awaitServing(int expected) {
        Set<Long> pids = new TreeSet<>();
        await().atMost(LIMIT).untilAsserted(() -> {
            List<String> status = status();
            assertThat(status).hasSize(expected).allMatch(line -> line.contains("state=READY"));
            pids.clear();
            pids.addAll(workers());
        });
        workers.addAll(pids);
        return pids;
    }

    public void awaitLog(String text) {
        SupervisorProcess latest = supervisor();
        await().atMost(LIMIT).untilAsserted(() -> assertThat(latest.log()).contains(text));
    }

    /** Of the files by which supervisors and their workers find each other. */
    Path runtimeDirectory() {
        return temporary.resolve(UserId.isKnown() ? "forkless-" + UserId.ours() : "forkless");
    }

    public Path directory() {
        return PrivateDirectory.pathOfService(runtimeDirectory(), NAME);
    }

    Path endpoint() {
        return runtimeDirectory().resolve(NAME + ".endpoint");
    }

    List<Path> recordFiles() throws IOException {
        if (Files.notExists(directory())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory())) {
            return files.filter(file -> file.toString().endsWith(WorkerRecord.FILE_SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    /** Of the workers that run, or have just ended. */
    List<WorkerRecord> records() throws IOException {
        List<WorkerRecord> records = new ArrayList<>();
        for (Path file : recordFiles()) {
            try {
                records.add(WorkerRecord.read(file));
            } catch (IOException e) {
                // it has just gone, or is one of a test's own
            }
        }
        return records;
    }

    /** All files, with those of the latest supervisor. */
    public List<Path> files() throws IOException {
        return supervisor().files();
    }

    /** Stops the supervisor as its operator would; then there is no process and no file. */
    public void stop() throws Exception {
        workers.addAll(workers());
        supervisor().stop();
        workers.forEach(SupervisedTest::awaitGone);
        assertThat(files()).isEmpty();
    }

    @Override
    public void close() throws IOException {
        try {
            records().forEach(record -> {
                workers.add(record.spawned().pid());
                workers.add(record.process().pid());
            });
            supervisors.forEach(SupervisorProcess::close);
            supervisors.clear();
            workers.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            workers.forEach(SupervisedTest::awaitGone);
        } finally {
            System.setProperty(TEMPORARY_PROPERTY, temporaryBefore);
        }
    }
}
