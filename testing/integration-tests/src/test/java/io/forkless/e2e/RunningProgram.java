package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.load.HttpConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** One of our runnable jars as a process of its own, with what it has printed so far. */
public final class RunningProgram implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    /** What a program has printed is there soon after its end, unless a process that it has left holds its output. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(10);

    /** Any user may do so; what runs in there has no capability and can get none. */
    static final List<String> CONTAINED = List.of(
            "unshare",
            "--user",
            "--map-root-user",
            "--pid",
            "--fork",
            "--mount-proc",
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "--no-new-privs");

    private static final Pattern LISTENING = Pattern.compile("listening on .*:(\\d+)");

    private static final String HEAP = "-Xmx128m";
    private static final String FREE_PORT = "127.0.0.1:0";
    static final String[] ADDRESS = {"--host", "127.0.0.1", "--port", "0"};

    private final Path temporary;
    private final String name;
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private RunningProgram(Path temporary, String name, JavaProgram program) throws IOException {
        this(temporary, name, program.process());
    }

    private RunningProgram(Path temporary, String name, ProcessBuilder builder) throws IOException {
        this.temporary = temporary;
        this.name = name;
        process = builder.redirectErrorStream(true).start();
        reader = new Thread(this::read, "program-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** A supervisor with this many workers of that example, all ready, on a free port of 127.0.0.1. */
    static RunningProgram forkless(Path temporary, String example, int workers, String... options) throws IOException {
        JavaProgram worker = example(Machine.javaForPrograms(), temporary, example, ADDRESS);
        return forkless(temporary, workers, FREE_PORT, worker, options);
    }

    /** The same on that path. */
    static RunningProgram onUnixDomainPath(Path temporary, String example, int workers, Path path) throws IOException {
        String address = "unix:" + path;
        return forkless(
                temporary,
                workers,
                address,
                example(Machine.javaForPrograms(), temporary, example, "--listen", address));
    }

    /** With workers of two examples by turns, on a free port again. */
    static RunningProgram mixed(Path temporary, int workers, String even, String odd) throws IOException {
        return forkless(temporary, workers, FREE_PORT, either(temporary, EitherExample.class, even, odd, ADDRESS));
    }

    /**
     * Workers of two examples by turns.
     *
     * @param main is given the two jars and then the arguments
     */
    static JavaProgram either(Path temporary, Class<?> main, String even, String odd, String... arguments) {
        List<String> all = new ArrayList<>(List.of(Machine.path(jar(even)), Machine.path(jar(odd))));
        all.addAll(List.of(arguments));
        return JavaProgram.onClassPath(Machine.path(JavaProgram.classesOf(main)), main, all.toArray(String[]::new))
                .launchedBy(Machine.javaForPrograms())
                .options(HEAP)
                .temporary(Machine.path(temporary));
    }

    /**
     * Two supervisors, one after the other, that take the socket which systemd's tool has opened and which outlives both of
     * them; the first connection to that port makes the tool start the first one.
     */
    static RunningProgram activated(Path temporary, String example, int workers, int port) throws IOException {
        String name = "e2e-" + UUID.randomUUID();
        // The variable has to name the process that runs the supervisor, as with a service that systemd starts.
        String lives = "for life in first second; do sh -c 'LISTEN_PID=$$ exec \"$@\"' sh \"$@\";"
                + " echo the $life life has ended with status $?; done";
        List<String> tool = List.of("systemd-socket-activate", "-l", "127.0.0.1:" + port, "sh", "-c", lives, "sh");
        List<String> options = List.of("--name", name, "--workers", Integer.toString(workers));
        JavaProgram worker =
                example(Machine.java(), temporary, example, "--host", "127.0.0.1", "--port", Integer.toString(port));
        return new RunningProgram(
                temporary, name, run(temporary, options, worker).below(tool));
    }

    /**
     * A supervisor that takes the socket which systemd's tool has opened at that address, with an example that is told the port
     * alone; the first connection makes the tool start it.
     */
    static RunningProgram activatedAt(String address, Path temporary, String example, int workers, int port)
            throws IOException {
        String name = "e2e-" + UUID.randomUUID();
        List<String> options = List.of("--name", name, "--workers", Integer.toString(workers));
        JavaProgram worker = example(Machine.java(), temporary, example, "--port", Integer.toString(port));
        List<String> tool = List.of("systemd-socket-activate", "-l", address);
        return new RunningProgram(
                temporary, name, run(temporary, options, worker).below(tool));
    }

    /** A supervisor that is the first process of a namespace of its own, as in a container that gives no capability. */
    static RunningProgram contained(Path temporary, String example, int workers) throws IOException {
        List<String> options = List.of("--workers", Integer.toString(workers), "--listen", FREE_PORT);
        JavaProgram worker = example(Machine.java(), temporary, example, ADDRESS);
        RunningProgram program = new RunningProgram(
                temporary, null, run(temporary, options, worker).below(CONTAINED));
        program.awaitLine("all " + workers + " workers are READY");
        return program;
    }

    /**
     * The command with arguments of your own.
     *
     * @param environment added to ours
     * @param prefix runs the command, with the same pid
     */
    public static RunningProgram command(
            Path temporary, Map<String, String> environment, List<String> prefix, List<String> arguments)
            throws IOException {
        ProcessBuilder builder = forkless(temporary, arguments).below(prefix).process();
        builder.environment().putAll(environment);
        return new RunningProgram(temporary, null, builder);
    }

    /** COMMAND for workers of that example on the only listener, with these options for their JVMs. */
    public static List<String> workers(Path temporary, String example, String... options) {
        return example(Machine.javaForPrograms(), temporary, example, ADDRESS)
                .options(options)
                .command();
    }

    private static RunningProgram forkless(
            Path temporary, int workers, String address, JavaProgram worker, String... options) throws IOException {
        String name = "e2e-" + UUID.randomUUID();
        List<String> all = new ArrayList<>(List.of("--name", name, "--workers", Integer.toString(workers)));
        all.addAll(List.of("--listen", address));
        all.addAll(List.of(options));
        RunningProgram program = new RunningProgram(temporary, name, run(temporary, all, worker));
        program.awaitLine("all " + workers + " workers are READY");
        return program;
    }

    /** An example without a supervisor, with this in its environment. */
    static RunningProgram alone(Path temporary, String example, String variable, String value) throws IOException {
        ProcessBuilder builder =
                example(Machine.java(), temporary, example, ADDRESS).process();
        builder.environment().put(variable, value);
        return new RunningProgram(temporary, null, builder);
    }

    /** Has an operator's command executed by this supervisor. */
    void operate(String verb, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(verb, "--name", name));
        command.addAll(Arrays.asList(arguments));
        RunningProgram operator = new RunningProgram(temporary, name, forkless(temporary, command));
        assertThat(operator.awaitExit())
                .as("%s%n%s", operator.output(), output())
                .isZero();
    }

    /** A program that is one of ours, or a copy of it. */
    public static RunningProgram of(Path temporary, JavaProgram program) throws IOException {
        return new RunningProgram(temporary, null, program);
    }

    private static JavaProgram run(Path temporary, List<String> options, JavaProgram worker) {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(options);
        // A start under Wine has taken over a minute on a small machine that had a load to serve as well.
        arguments.addAll(List.of("--boot-timeout", Long.toString(PATIENCE.toSeconds())));
        arguments.add("--");
        arguments.addAll(worker.command());
        return forkless(temporary, arguments);
    }

    /** The command. */
    static JavaProgram forkless(Path temporary, List<String> arguments) {
        String jar = Machine.path(Path.of(System.getProperty("forkless.it.supervisorJar")));
        return program(Machine.java(), temporary, jar, arguments.toArray(String[]::new));
    }

    private static JavaProgram example(List<String> java, Path temporary, String example, String... arguments) {
        return program(java, temporary, Machine.path(jar(example)), arguments);
    }

    private static Path jar(String example) {
        return Path.of(System.getProperty("forkless.it.examples"), example, "target", example + ".jar");
    }

    private static JavaProgram program(List<String> java, Path temporary, String jar, String... arguments) {
        return JavaProgram.ofJar(jar, arguments).launchedBy(java).options(HEAP).temporary(Machine.path(temporary));
    }

    public ProcessHandle handle() {
        return process.toHandle();
    }

    /**
     * The processes of this test, as far as this machine can tell: what was started here knows the directory. One that
     * has died and that its parent has not noticed, as often under Wine, has no command line any more.
     */
    List<ProcessHandle> processes() {
        Stream<ProcessHandle> known = ProcessHandle.allProcesses()
                .filter(other -> other.info().commandLine().orElse("").contains(temporary.toString()));
        return Stream.concat(process.descendants(), known).distinct().toList();
    }

    /** The port that the supervisor, or the program alone, has chosen. */
    public int port() {
        return lines.stream()
                .map(line -> line.replace("serving: curl http://localhost:", "listening on :")
                        .replaceAll("/$", ""))
                .map(LISTENING::matcher)
                .filter(Matcher::find)
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no port in:\n" + output()));
    }

    public String output() {
        return String.join("\n", lines);
    }

    /** How many of the lines so far contain the text. */
    public long count(String text) {
        return lines.stream().filter(line -> line.contains(text)).count();
    }

    public void awaitLine(String text) {
        awaitThat("there is a line with '" + text + "'", () -> count(text) > 0 || !process.isAlive());
        assertThat(output()).contains(text);
    }

    /** Waits for that; if in vain, the failure shows what this program has printed. */
    public void awaitThat(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(PATIENCE).until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "; it printed:\n" + output(), e);
        }
    }

    /** Asks until that many workers have answered, each of which says who it is. */
    public Set<String> answersOfAll(int workers) {
        return answersOfAll(workers, port());
    }

    /** The same by another port, behind which they are. */
    Set<String> answersOfAll(int workers, int port) {
        Set<String> seen = new ConcurrentSkipListSet<>();
        awaitThat(workers + " workers answer", () -> {
            seen.add(HttpConnection.get(port, "/"));
            return seen.size() == workers;
        });
        return seen;
    }

    public int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("still running; it printed:%n%s", output())
                .isTrue();
        reader.join(LAST_WORDS.toMillis());
        return process.exitValue();
    }

    /** TERM, as an operator or init system would. */
    public void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(processes());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        awaitThat(
                "all its processes have ended",
                () -> !process.isAlive() && processes().isEmpty());
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            // it was killed, and its output ends here
        }
    }
}
