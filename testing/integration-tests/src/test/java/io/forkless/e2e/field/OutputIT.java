package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.forkless.e2e.Machine;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.jr.ob.JSON;

/** Cases O1 to O4 from the field: what the workers print, and what the supervisor says itself. */
class OutputIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int MEBIBYTE = 1 << 20;
    private static final int GAVE_UP = 4;
    private static final int REFUSED = 6;

    /** Each line as it is to arrive; the last one of the program's own has no line end. */
    private static final List<byte[]> LINES = List.of(
            bytes(""),
            bytes("{\"message\":\"" + "json ".repeat(1800) + "\"}"),
            filled(8191),
            filled(8192),
            filled(8193),
            join(filled(8191), "ä!"),
            join(filled(8190), "€!"),
            join(filled(8191), "€!"),
            join(filled(8189), "\uD83D\uDE00!"),
            join(filled(8190), "\uD83D\uDE00!"),
            join(filled(8191), "\uD83D\uDE00!"),
            filled(MEBIBYTE - 1),
            filled(MEBIBYTE),
            join(filled(MEBIBYTE), "\r"),
            bytes("of Windows\r"),
            new byte[] {(byte) 0xff, 0, (byte) 0xc3, (byte) 0x80, (byte) 0x80},
            bytes("[0] not ours {index}"),
            bytes("the last one"));

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    @AfterEach
    void nothing_is_left() {
        List<ProcessHandle> all = ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(directory.toString()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
    }

    // O1

    @Test
    void lines_pass_the_console_as_they_are() throws Exception {
        PrintedCommand run = print(LINES, LINES, "--log-prefix", "none", "--supervisor-log", "supervisor.log");
        assertThat(run.outBytes()).isEqualTo(text(LINES));
        assertThat(run.errBytes())
                .startsWith(text(LINES))
                .endsWith(bytes(
                        "forkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in"
                                + " a row" + (Machine.isWindows() ? "\r\n" : "\n")));
        assertThat(directory.resolve("supervisor.log")).content().contains("worker 0", "FAILED", "stopped: GAVE_UP");
    }

    @Test
    void a_file_has_each_byte_that_the_worker_has_printed_and_nothing_is_rotated() throws Exception {
        print(LINES, List.of(), "--log-dir", "logs", "--log-max-size", "0");
        byte[] text = text(LINES);
        assertThat(directory.resolve("logs/worker-0.log")).hasBinaryContent(Arrays.copyOf(text, text.length - 1));
        assertThat(list(directory.resolve("logs"))).containsExactly("worker-0.log");
    }

    @ParameterizedTest
    @CsvSource({"out", "err"})
    void a_file_has_what_the_worker_prints_after_it_has_closed_the_other_stream(String stream) throws Exception {
        run(command(ClosingWorker.class, stream), "--log-dir", "logs");
        assertThat(directory.resolve("logs/worker-0.log")).hasContent("still open");
    }

    @Test
    void lines_in_files_are_whole_if_they_pass_through_the_supervisor_for_their_prefix() throws Exception {
        print(LINES, LINES, "--log-dir", "logs", "--log-max-size", "0", "--log-prefix", "0: ");
        List<byte[]> both = Stream.concat(LINES.stream(), LINES.stream())
                .map(line -> join("0: ", line))
                .toList();
        assertSameLines(Files.readAllBytes(directory.resolve("logs/worker-0.log")), both);
    }

    @Test
    void a_longer_line_is_cut_between_two_characters_and_each_piece_has_the_prefix() throws Exception {
        byte[] limit = filled(MEBIBYTE);
        List<byte[]> lines =
                List.of(join(limit, "x"), join(filled(MEBIBYTE - 1), "€uro"), join(limit, limit, "\r"), bytes("end"));
        PrintedCommand run = print(lines, List.of(bytes("error")), "--name", "web", "--log-prefix", "{name}-{index}: ");
        String prefix = "web-0: ";
        assertThat(run.outBytes())
                .isEqualTo(text(List.of(
                        join(prefix, limit),
                        join(prefix, "x"),
                        join(prefix, filled(MEBIBYTE - 1)),
                        join(prefix, "€uro"),
                        join(prefix, limit),
                        join(prefix, limit, "\r"),
                        join(prefix, "end"))));
        assertThat(run.err()).contains("\nweb-0: error\n");
    }

    @Test
    void the_index_is_the_prefix_unless_it_is_set() throws Exception {
        PrintedCommand run = print(List.of(bytes("one"), bytes("two")), List.of());
        assertThat(run.out()).isEqualTo("[0] one\n[0] two\n");
    }

    @Test
    void files_are_named_as_one_likes() throws Exception {
        print(
                List.of(bytes("one")),
                List.of(),
                "--name",
                "web",
                "--log-dir",
                "logs/{name}",
                "--log-file",
                "{name}.{index}.txt");
        assertThat(directory.resolve("logs/web/web.0.txt")).hasContent("one");
    }

    // O2

    @Test
    void a_size_that_is_too_big_is_refused() throws Exception {
        for (String size : List.of("9999999999999", "-1", "9223372036854775807")) {
            PrintedCommand run = PrintedCommand.run(
                    directory, List.of("run", "--log-dir", "logs", "--log-max-size=" + size, "true"));
            assertThat(run.assertStatus(2).err()).startsWith("forkless: ").contains(size);
            assertThat(directory.resolve("logs")).doesNotExist();
        }
    }

    // O3, and the log as JSON

    @Test
    void the_log_of_a_service_is_json_and_all_files_are_reopened() throws Exception {
        assumeFalse(Machine.isWindows(), "there is no way to rename an open file on Windows");
        Path logs = directory.resolve("logs");
        Path log = logs.resolve("forkless.log");
        start("--name", "web", "-w", "1", "--log-format", "json", "--log-keep", "0")
                .assertStatus(0);

        Files.move(log, logs.resolve("forkless.log.old"));
        Files.move(logs.resolve("worker-0.log"), logs.resolve("worker-0.log.old"));
        operate("reopen-logs");
        await().atMost(LIMIT).until(() -> Files.exists(log) && Files.size(log) > 0);
        assertThat(Files.readAllLines(log)).singleElement().asString().contains("reopened the log files");

        ProcessHandle.of(pid()).orElseThrow().destroyForcibly();
        await().atMost(LIMIT).until(() -> events(log).contains("worker-ready"));
        assertThat(fieldsOf(log, "worker-died"))
                .containsEntry("name", "web")
                .containsEntry("level", "WARNING")
                .containsEntry("worker", 0)
                .containsKey("pid")
                .extracting("reason")
                .asString()
                .contains("SIGKILL");
        assertThat(logs.resolve("worker-0.log")).as("its next line").content().contains("serving");

        Files.copy(log, logs.resolve("forkless.log.copy"));
        try (var channel = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
            channel.truncate(0);
        }
        operate("restart");
        operate("stop");
        assertThat(events(log)).containsSubsequence("restart-begun", "restarted", "stopping", "stopped");
        assertThat(events(logs.resolve("forkless.log.old"))).contains("worker-started", "worker-ready", "all-ready");
        for (String file : List.of("forkless.log", "forkless.log.old", "forkless.log.copy")) {
            for (Map<String, Object> line : json(logs.resolve(file))) {
                assertThat(line).containsKeys("time", "level", "logger", "name", "message");
                assertThat(Instant.parse((String) line.get("time")))
                        .isAfter(Instant.now().minus(Duration.ofHours(1)));
            }
        }
    }

    // O4

    @Test
    void a_start_that_fails_shows_what_the_worker_has_said() throws Exception {
        assumeFalse(Machine.isWindows(), "there is no such path on Windows");
        Path log = Files.createDirectory(directory.resolve("logs")).resolve("worker-0.log");
        Files.writeString(log, "from before\n".repeat(10_000_000 / 12));
        PrintedCommand start = startThatFails(Machine.java().get(0), "-Xmx32m", "NoSuchMain");
        assertThat(start.err().lines())
                .containsSubsequence(
                        "forkless: the supervisor has ended with status 4; its log is logs/forkless.log",
                        "forkless: worker 0 (logs/worker-0.log):",
                        "    Error: Could not find or load main class NoSuchMain",
                        "    Caused by: java.lang.ClassNotFoundException: NoSuchMain")
                .last()
                .isEqualTo("forkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in a"
                        + " row");
        assertThat(start.err()).doesNotContain("from before");

        assertThat(startThatFails("false").err().lines())
                .containsExactly(
                        "forkless: the supervisor has ended with status 4; its log is logs/forkless.log",
                        "forkless: the workers have written nothing to logs/worker-0.log",
                        "forkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in a"
                                + " row");

        assertThat(startThatFails("sh", "-c", "seq 1 10000000; exit 1").err().lines())
                .hasSize(23)
                .contains("forkless: worker 0 (logs/worker-0.log):", "    9999981", "    10000000");
    }

    @Test
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no shell on Windows")
    void whoever_waits_for_a_worker_that_fails_is_told_where_it_has_said_why() throws Exception {
        Path script = Files.writeString(directory.resolve("app"), """
                if [ -e broken ]; then echo cause; exit 9; fi
                if [ "$FORKLESS_WORKER_INDEX" = 1 ]; then
                    if [ ! -e tried ]; then touch tried; exit 3; fi
                    sleep 10
                fi
                exec "$@"
                """);
        PrintedCommand start = start(List.of("sh", script.toString()), "--name", "web", "-w", "2");
        try {
            start.assertStatus(0);
            assertThat(start.err())
                    .isEqualTo("forkless: worker 1 is started again, and waited for: exited with status 3 before it was"
                            + " ready; see logs/worker-1.log\n");
            Files.createFile(directory.resolve("broken"));
            assertThat(PrintedCommand.run(directory, List.of("restart", "--name", "web"))
                            .assertStatus(REFUSED)
                            .err())
                    .contains("exited with status 9 before it was ready; what it has printed is in")
                    .contains("logs/worker-2.log");
        } finally {
            PrintedCommand.run(directory, List.of("stop", "--name", "web")).assertStatus(0);
        }
    }

    private PrintedCommand startThatFails(String... command) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("start", "-w", "1", "--max-failed-starts", "1", "--log-dir", "logs", "--"));
        arguments.addAll(List.of(command));
        return PrintedCommand.run(directory, arguments).assertStatus(GAVE_UP);
    }

    /** A service of the example for Jetty. */
    private PrintedCommand start(String... options) throws Exception {
        return start(List.of(), options);
    }

    /** @param launcher of the example */
    private PrintedCommand start(List<String> launcher, String... options) throws Exception {
        Path jar = Path.of(System.getProperty("forkless.it.examples"), "jetty-hello", "target", "jetty-hello.jar");
        List<String> arguments = new ArrayList<>(List.of("start", "--log-dir", "logs"));
        arguments.addAll(List.of("--boot-timeout", Long.toString(LIMIT.toSeconds())));
        arguments.addAll(List.of(options));
        arguments.add("--");
        arguments.addAll(launcher);
        arguments.addAll(JavaProgram.ofJar(Machine.path(jar), "--host", "127.0.0.1", "--port", "0")
                .launchedBy(Machine.javaForPrograms())
                .temporary(Machine.path(directory))
                .command());
        return PrintedCommand.run(directory, arguments);
    }

    private PrintedCommand operate(String command) throws Exception {
        return PrintedCommand.run(directory, List.of(command, "--name", "web")).assertStatus(0);
    }

    /** Of the only worker. */
    private long pid() throws Exception {
        PrintedCommand status = PrintedCommand.run(directory, List.of("status", "--json", "--name", "web"))
                .assertStatus(0);
        List<?> workers = (List<?>) JSON.std.mapFrom(status.out()).get("workers");
        return ((Number) ((Map<?, ?>) workers.get(0)).get("pid")).longValue();
    }

    /** A run of one worker that prints these lines, the last one of them without its end. */
    private PrintedCommand print(List<byte[]> lines, List<byte[]> errors, String... options) throws Exception {
        return run(command(PrintingWorker.class, file("lines", lines), file("errors", errors)), options);
    }

    private List<String> command(Class<?> program, String... arguments) {
        return JavaProgram.onClassPath(Machine.path(JavaProgram.classesOf(program)), program, arguments)
                .launchedBy(Machine.javaForPrograms())
                .temporary(Machine.path(directory))
                .command();
    }

    /** A run of one worker that ends before it is ready. */
    private PrintedCommand run(List<String> worker, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("run", "-w", "1", "--max-failed-starts", "1"));
        arguments.addAll(List.of(options));
        arguments.add("--");
        arguments.addAll(worker);
        return PrintedCommand.run(directory, arguments).assertStatus(GAVE_UP);
    }

    private String file(String name, List<byte[]> lines) throws IOException {
        byte[] text = text(lines);
        return Machine.path(Files.write(directory.resolve(name), Arrays.copyOf(text, Math.max(0, text.length - 1))));
    }

    private static void assertSameLines(byte[] text, List<byte[]> expected) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n') {
                lines.add(Arrays.copyOfRange(text, start, i));
                start = i + 1;
            }
        }
        assertThat(start).as("the end of the last line").isEqualTo(text.length);
        List<byte[]> sorted = new ArrayList<>(expected);
        lines.sort(Arrays::compare);
        sorted.sort(Arrays::compare);
        assertThat(lines).containsExactly(sorted.toArray(byte[][]::new));
    }

    private static List<String> events(Path log) throws IOException {
        return json(log).stream()
                .map(line -> (String) line.getOrDefault("event", ""))
                .toList();
    }

    private static Map<String, Object> fieldsOf(Path log, String event) throws IOException {
        return json(log).stream()
                .filter(line -> event.equals(line.get("event")))
                .findFirst()
                .orElseThrow();
    }

    /** Every line of it. */
    private static List<Map<String, Object>> json(Path log) throws IOException {
        return Files.readAllLines(log).stream().map(JSON.std::mapFrom).toList();
    }

    private static List<String> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static byte[] text(List<byte[]> lines) {
        return join(lines.stream().map(line -> join(line, "\n")).toArray());
    }

    private static byte[] filled(int length) {
        return bytes("x".repeat(length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(Object... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Object part : parts) {
            all.writeBytes(part instanceof byte[] bytes ? bytes : bytes((String) part));
        }
        return all.toByteArray();
    }
}
