package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.EndpointText;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.jr.ob.JSON;

/** A service whose supervisors come and go: whoever tests it kills them, starts others, and has others take over. */
final class NamedService implements AutoCloseable {
    /** In the foreground nobody but its starter starts a supervisor again; in the background a worker does. */
    enum Ground {
        FORE,
        BACK
    }

    /** What a service with this name has that is started twice. */
    private static final int NAME_IS_TAKEN = 3;

    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final Duration POLL = Duration.ofMillis(2);

    private final Path temporary;
    private final Ground ground;
    private final int workers;
    private final JavaProgram worker;
    private final String name = "e2e-" + UUID.randomUUID();
    private final Path log;

    /** The service, of whose workers all are ready. */
    NamedService(Path temporary, Ground ground, int workers, JavaProgram worker) throws Exception {
        this.temporary = temporary;
        this.ground = ground;
        this.workers = workers;
        this.worker = worker;
        log = Files.createDirectory(temporary.resolve("logs"))
                .resolve(ground == Ground.BACK ? "forkless.log" : "supervisor.log");
        start();
        awaitReady(0, 0);
    }

    boolean startsItselfAgain() {
        return ground == Ground.BACK;
    }

    /** Does nothing if it runs already, as it may in the background. */
    void start() throws Exception {
        if (ground == Ground.FORE) {
            beginStart();
        } else {
            execute(arguments(), 0, NAME_IS_TAKEN);
        }
    }

    /** The same without a wait for anything. */
    void beginStart() throws IOException {
        command(arguments())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(
                        ground == Ground.FORE
                                ? log.toFile()
                                : temporary.resolve("started").toFile()))
                .start();
    }

    private List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(ground == Ground.BACK ? "start" : "run", "--name", name));
        arguments.addAll(List.of("--workers", Integer.toString(workers), "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--log-dir", Machine.path(log.getParent())));
        String patience = Long.toString(RunningProgram.PATIENCE.toSeconds());
        arguments.addAll(List.of("--boot-timeout", patience, "--orphan-timeout", patience, "--"));
        arguments.addAll(worker.command());
        return arguments;
    }

    /** What an operator does. */
    String operate(String... words) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--name", name));
        return execute(arguments, 0);
    }

    /** The same without a wait for its end, whatever that may be. */
    void begin(String verb) throws IOException {
        command(List.of(verb, "--name", name))
                .redirectErrorStream(true)
                .redirectOutput(Redirect.DISCARD)
                .start();
    }

    private String execute(List<String> arguments, int... statuses) throws Exception {
        Path out = Files.createTempFile(temporary, arguments.get(0), ".out");
        Path err = Files.createTempFile(temporary, arguments.get(0), ".err");
        Process process = command(arguments)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        int status = process.waitFor();
        assertThat(status)
                .as("status of %s%n%s%s%s", arguments, Files.readString(out), Files.readString(err), this)
                .satisfies(value -> assertThat(statuses).contains(value));
        return Files.readString(out);
    }

    private ProcessBuilder command(List<String> arguments) throws IOException {
        ProcessBuilder builder = RunningProgram.forkless(temporary, arguments).process();
        builder.environment().put("FORKLESS_RUNTIME_DIR", Machine.path(temporary.resolve("run")));
        return builder;
    }

    /** The one of all supervisors so far. */
    int port() throws IOException {
        List<Integer> ports = LISTENING
                .matcher(Files.readString(log))
                .results()
                .map(found -> Integer.parseInt(found.group(1)))
                .distinct()
                .toList();
        assertThat(ports).as("%s", this).hasSize(1);
        return ports.get(0);
    }

    /** Of the supervisor that has the name; empty while there is none. */
    OptionalLong pid() throws IOException {
        Path endpoint = temporary.resolve("run").resolve(name + EndpointText.FILE_SUFFIX);
        long pid = Files.exists(endpoint)
                ? EndpointText.parse(Files.readString(endpoint)).pid()
                : -1;
        return pid < 0 ? OptionalLong.empty() : OptionalLong.of(pid);
    }

    /**
     * {@code kill -9}. Its process may stay as a zombie for a while, for whoever has inherited it.
     *
     * @return its pid
     */
    long kill() throws Exception {
        long pid = pid().orElseThrow();
        Machine.kill(pid);
        return pid;
    }

    /** Kills the supervisor that comes after that one, as soon as its log says this; returns its pid. */
    long killNext(long before, long mark, String text) throws Exception {
        awaitLog(mark, text);
        awaitThat("the pid of the next supervisor", () -> pid().orElse(before) != before);
        return kill();
    }

    /** The end of the log at this moment. */
    long mark() throws IOException {
        return Files.size(log);
    }

    /** Waits for a supervisor that has said this behind the mark. */
    void awaitLog(long mark, String text) {
        awaitThat(
                "'" + text + "'",
                () -> Files.exists(log)
                        && Files.size(log) > mark
                        && Files.readString(log).substring((int) mark).contains(text));
    }

    /** Waits for a supervisor after that one that has all workers ready, and has said so behind the mark. */
    void awaitReady(long mark, long before) {
        awaitLog(mark, "all " + workers + " workers are READY");
        awaitThat("the pid of the next supervisor", () -> pid().orElse(before) != before);
    }

    private void awaitThat(String what, Callable<Boolean> condition) {
        await(what + " in " + log)
                .atMost(RunningProgram.PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .until(condition);
    }

    /** The pids of the workers, as soon as nobody drains or boots; by the supervisor that has the name. */
    Set<Long> awaitWorkers() {
        return await().atMost(RunningProgram.PATIENCE).until(this::readyWorkers, ready -> ready.size() == workers);
    }

    /** None if there are others. */
    private Set<Long> readyWorkers() throws Exception {
        Map<String, Object> status = JSON.std.mapFrom(operate("status", "--json"));
        assertThat(((Number) status.get("pid")).longValue()).isEqualTo(pid().orElseThrow());
        List<Map<?, ?>> all = ((List<?>) status.get("workers"))
                .stream().<Map<?, ?>>map(fields -> (Map<?, ?>) fields).toList();
        return all.stream().allMatch(fields -> fields.get("state").equals("READY"))
                ? all.stream()
                        .map(fields -> ((Number) fields.get("pid")).longValue())
                        .collect(Collectors.toSet())
                : Set.of();
    }

    @Override
    public String toString() {
        try {
            return name + "; its log:\n" + Files.readString(log);
        } catch (IOException e) {
            return name + ": " + e;
        }
    }

    /** Kills what is left, and what that has started meanwhile. */
    @Override
    public void close() {
        awaitThat("all processes have ended", () -> {
            List<ProcessHandle> left = ProcessHandle.allProcesses()
                    .filter(process -> process.info().commandLine().orElse("").contains(temporary.toString()))
                    .toList();
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
    }
}
