package io.forkless.examples.jettyhello;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of our runnable jars as a process of its own, with what it has printed so far. */
final class RunningProgram implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern LISTENING = Pattern.compile("listening on .*:(\\d+)");
    private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();
    /** Quick to start, and not in each other's way on a small machine. */
    private static final List<String> JVM_OPTIONS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m", "--enable-native-access=ALL-UNNAMED");

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private RunningProgram(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true).start();
        Thread reader = new Thread(this::read, "program-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** A supervisor with this many jetty-hello workers, all ready, on a free port of 127.0.0.1. */
    static RunningProgram forkless(Path temporary, int workers, String... options) throws IOException {
        List<String> command = new ArrayList<>(java(temporary, property("forkless.it.supervisorJar")));
        command.addAll(List.of("run", "--workers", Integer.toString(workers), "--listen", "127.0.0.1:0"));
        command.addAll(List.of(options));
        command.add("--");
        command.addAll(jettyHello(temporary));
        RunningProgram program = new RunningProgram(new ProcessBuilder(command));
        program.awaitLine("all " + workers + " workers are READY");
        return program;
    }

    /** jetty-hello without a supervisor, with this in its environment. */
    static RunningProgram alone(Path temporary, String variable, String value) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(jettyHello(temporary));
        builder.environment().put(variable, value);
        return new RunningProgram(builder);
    }

    private static List<String> jettyHello(Path temporary) {
        List<String> command = new ArrayList<>(java(temporary, property("forkless.it.exampleJar")));
        command.addAll(List.of("--host", "127.0.0.1", "--port", "0"));
        return command;
    }

    private static List<String> java(Path temporary, String jar) {
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-Djava.io.tmpdir=" + temporary, "-jar", new File(jar).getAbsolutePath()));
        return command;
    }

    private static String property(String name) {
        return System.getProperty(name);
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** The port that the supervisor, or the program alone, has chosen. */
    int port() {
        return lines.stream()
                .map(line -> line.replace("serving: curl http://localhost:", "listening on :")
                        .replaceAll("/$", ""))
                .map(LISTENING::matcher)
                .filter(Matcher::find)
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no port in:\n" + output()));
    }

    String output() {
        return String.join("\n", lines);
    }

    /** How many of the lines so far contain the text. */
    long count(String text) {
        return lines.stream().filter(line -> line.contains(text)).count();
    }

    void awaitLine(String text) {
        await("a line with '" + text + "'").atMost(PATIENCE).until(() -> count(text) > 0 || !process.isAlive());
        assertThat(output()).contains(text);
    }

    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("still running; it printed:%n%s", output())
                .isTrue();
        return process.exitValue();
    }

    /** TERM, as an operator or init system would. */
    void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(handle -> handle.onExit().join());
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
