package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.e2e.Machine;
import io.forkless.e2e.RunningProgram;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import io.forkless.testing.ShortTempDir;
import io.forkless.testing.load.HttpConnection;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases R1, R2, R3 and A2 from the field: what is needed late, and replaced meanwhile. */
class NeededLateIT {
    private static final String ON_WINDOWS =
            "there is no link without a privilege and no signal and no way to write over an open jar on Windows";
    private static final String JETTY = "jetty-hello";
    private static final String UNDERTOW = "undertow-hello";
    private static final Path APP = Path.of("app.jar");
    private static final Pattern PID = Pattern.compile("pid (\\d+)");

    /** Until a JVM that has loaded nothing for so long has loaded what it loads of its own accord. */
    private static final Duration SILENCE = Duration.ofSeconds(2);

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private final String name = "it-" + UUID.randomUUID();
    private List<String> java = Machine.java();

    /** The command, or a copy of it. */
    private Path jar = Path.of(System.getProperty("forkless.it.supervisorJar"));

    /** How the directory is given: by being in it, or as an option. */
    @ParameterizedTest(name = "from {0}, with {1}")
    @CsvSource({"current,", "., --directory=current"})
    @Tag("long")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = ON_WINDOWS)
    void a_link_to_a_release_is_followed_by_each_start(String from, String option) throws Exception {
        install("releases/1/app.jar", JETTY);
        install("releases/2/app.jar", UNDERTOW);
        deploy("1");
        String[] options = option == null ? new String[0] : new String[] {option};
        try (RunningProgram run = run(temporary.resolve(from), 1, APP, options)) {
            assertThat(isJetty(run)).isTrue();
            deploy("2");
            assertThat(operate(0, "restart")).contains("restarted 1 workers");
            assertThat(isJetty(run)).isFalse();

            remove(temporary.resolve("releases/1"));
            long victim = pid(run);
            Machine.kill(victim);
            run.awaitThat("another worker serves", () -> pid(run) != victim);
            assertThat(isJetty(run)).isFalse();

            Files.delete(temporary.resolve("current"));
            long last = pid(run);
            assertThat(operate(6, "restart"))
                    .contains("': the directory " + temporary.resolve("current") + " does not exist");
            assertThat(pid(run)).isEqualTo(last);
            assertEnds(run);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {JETTY, UNDERTOW})
    @Tag("long")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = ON_WINDOWS)
    void a_worker_whose_jar_is_overwritten_drains_all_the_same_and_the_jar_is_named(String example) throws Exception {
        Path app = install("app.jar", example);
        try (RunningProgram run = run(temporary, 1, APP)) {
            HttpConnection.get(run.port(), "/sleep?ms=1");
            TimeUnit.SECONDS.sleep(SILENCE.toSeconds()); // nothing tells when it is prepared for its drain
            FutureTask<String> underWay = inBackground(run, "/sleep?ms=4000");
            FutureTask<String> idle = inBackground(run, "/");
            idle.get();
            overwrite(app);
            run.awaitLine("WARNING " + app + " was overwritten under worker 0 (pid ");
            assertThat(operate(0, "status"))
                    .contains(app + " was overwritten under worker 0")
                    .contains("'forkless restart'");

            assertThat(operate(6, "restart")).as("it is no program any more").contains("restart aborted: ");
            Path fresh = install("fresh.jar", example.equals(JETTY) ? UNDERTOW : JETTY);
            Files.write(app, Files.readAllBytes(fresh));
            long begin = System.nanoTime();
            assertThat(operate(0, "restart"))
                    .contains("restarted 1 workers; " + app + " was overwritten under worker 0")
                    .contains("by renaming a new file over it");
            assertThat(underWay.get()).startsWith("worker 0 pid ");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(25));
            assertThat(isJetty(run)).isNotEqualTo(example.equals(JETTY));
            assertThat(operate(0, "status")).doesNotContain("overwritten");

            assertBadEndIsTold(run, app);
        }
    }

    /** It is killed while it drains. */
    private void assertBadEndIsTold(RunningProgram run, Path app) throws Exception {
        long victim = pid(run);
        FutureTask<String> lost = inBackground(run, "/sleep?ms=60000");
        awaitOpenConnection();
        Files.write(app, Files.readAllBytes(app)); // at another time
        RunningProgram restart = operator("restart");
        run.awaitLine("(pid " + victim + "): DRAINING");
        Machine.kill(victim);
        assertThat(restart.awaitExit()).as(restart.output()).isEqualTo(5);
        assertThat(restart.output())
                .contains("(pid " + victim + "): killed by SIGKILL", "(" + app + " was overwritten under it)");
        lost.cancel(true);
        assertEnds(run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"another program", "noise"})
    @Tag("long")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = ON_WINDOWS)
    void a_supervisor_whose_own_jar_is_overwritten_does_all_that_it_is_told(String with) throws Exception {
        jar = Files.copy(jar, temporary.resolve("run.jar"));
        try (RunningProgram run = run(temporary, 2, jarOf(JETTY))) {
            awaitClassesLoaded();
            byte[] other = Files.readAllBytes(jarOf(UNDERTOW));
            if (with.equals("noise")) {
                new Random(1).nextBytes(other);
            }
            Files.write(jar, other);
            jar = Path.of(System.getProperty("forkless.it.supervisorJar"));
            assertDoesAllThatItIsTold(run);
        }
    }

    @Test
    @Tag("long")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = ON_WINDOWS)
    void a_supervisor_whose_jdk_is_removed_does_all_that_it_is_told() throws Exception {
        Path jdk = temporary.resolve("jdk");
        copyOwnJdk(jdk);
        java = List.of(jdk.resolve("bin/java").toString());
        try (RunningProgram run = run(temporary, 2, jarOf(JETTY))) {
            java = Machine.java();
            awaitClassesLoaded();
            remove(jdk);
            assertDoesAllThatItIsTold(run);
        }
    }

    private void assertDoesAllThatItIsTold(RunningProgram run) throws Exception {
        Set<String> before = run.answersOfAll(2);
        Machine.kill(pidIn(before.iterator().next()));
        run.awaitLine("killed by SIGKILL");
        assertThat(operate(0, "status")).contains("READY");
        assertThat(operate(0, "restart")).contains("restarted 2 workers");
        PosixSignals.send("HUP", run.handle().pid());
        run.awaitThat("it has restarted again", () -> run.count("INFO    restarted 2 workers") == 2);
        assertThat(operate(0, "scale", "3")).contains("scaling to 3 workers");
        assertThat(run.answersOfAll(3)).doesNotContainAnyElementsOf(before);
        assertEnds(run);
        assertThat(run.output()).doesNotContain("Exception", "Error", "internal error");
    }

    @Test
    void a_file_of_arguments_that_has_changed_is_named_since_it_is_not_read_again() throws Exception {
        Path arguments = Files.writeString(temporary.resolve("web.args"), "--workers=1\n");
        try (RunningProgram run = run(temporary, 1, jarOf(JETTY), "@" + Machine.path(arguments))) {
            assertThat(operate(0, "restart")).doesNotContain("web.args");
            Files.writeString(arguments, "--workers=2\n");
            String remark = "web.args has changed since the start and was not read again: 'forkless upgrade --name "
                    + name + "' applies it";
            assertThat(operate(0, "restart")).contains("restarted 1 workers; ", remark);
            run.awaitLine(remark);
            assertThat(operate(0, "status")).contains(remark);
            assertThat(operate(0, "status", "--json")).contains("\"remarks\":[\"", remark + "\"]");
            operate(0, "stop");
            assertThat(run.awaitExit()).as(run.output()).isZero();
        }
    }

    /** A supervisor with workers that are all ready. */
    private RunningProgram run(Path from, int workers, Path program, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run", "--name", name, "--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--boot-timeout", Long.toString(RunningProgram.PATIENCE.toSeconds())));
        arguments.addAll(List.of(options));
        if (List.of(options).stream().noneMatch(option -> option.startsWith("@"))) {
            arguments.addAll(List.of("--workers", Integer.toString(workers)));
        }
        arguments.add("--");
        arguments.addAll(JavaProgram.ofJar(
                        program.isAbsolute() ? Machine.path(program) : program.toString(),
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "0")
                .launchedBy(Machine.javaForPrograms())
                .options("-Xmx128m")
                .temporary(Machine.path(temporary))
                .command());
        JavaProgram command = command(arguments);
        if (!Machine.isWindows()) { // as a person does: the shell tells where it is
            command.options("-Xlog:class+load:file=" + classLog())
                    .below(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", from.toString()));
        }
        RunningProgram run = RunningProgram.of(temporary, command);
        run.awaitLine("all " + workers + " workers are READY");
        return run;
    }

    private JavaProgram command(List<String> arguments) {
        return JavaProgram.ofJar(Machine.path(jar), arguments.toArray(String[]::new))
                .launchedBy(java)
                .options("-Xmx128m")
                .temporary(Machine.path(temporary));
    }

    private RunningProgram operator(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments[0], "--name", name));
        all.addAll(List.of(arguments).subList(1, arguments.length));
        return RunningProgram.of(temporary, command(all));
    }

    /** What an operator's command says that ends with that status. */
    private String operate(int status, String... arguments) throws Exception {
        RunningProgram operator = operator(arguments);
        assertThat(operator.awaitExit()).as(operator.output()).isEqualTo(status);
        return operator.output();
    }

    private static void assertEnds(RunningProgram run) throws InterruptedException {
        run.terminate();
        assertThat(run.awaitExit()).as(run.output()).isZero();
    }

    private Path classLog() {
        return temporary.resolve("classes.log");
    }

    /** Nothing else tells when the supervisor has loaded what it needs later. */
    private void awaitClassesLoaded() {
        long[] latest = {0, System.nanoTime()};
        await().atMost(RunningProgram.PATIENCE).until(() -> {
            long size = Files.size(classLog());
            if (size != latest[0]) {
                latest[0] = size;
                latest[1] = System.nanoTime();
            }
            return System.nanoTime() - latest[1] > SILENCE.toNanos();
        });
    }

    private void awaitOpenConnection() {
        await().atMost(RunningProgram.PATIENCE)
                .until(() -> operate(0, "status", "--json").contains("\"open\":1"));
    }

    private static FutureTask<String> inBackground(RunningProgram run, String path) {
        FutureTask<String> answer = new FutureTask<>(() -> HttpConnection.get(run.port(), path));
        Thread thread = new Thread(answer, "client");
        thread.setDaemon(true);
        thread.start();
        return answer;
    }

    private static boolean isJetty(RunningProgram run) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + run.port() + "/").toURL().openConnection();
        connection.setRequestProperty("Connection", "close"); // it is not to be taken for a request that is under way
        assertThat(connection.getResponseCode()).isEqualTo(200);
        return connection.getHeaderField("Server") != null;
    }

    private static long pid(RunningProgram run) throws Exception {
        return pidIn(HttpConnection.get(run.port(), "/"));
    }

    private static long pidIn(String answer) {
        Matcher pid = PID.matcher(answer);
        assertThat(pid.find()).as(answer).isTrue();
        return Long.parseLong(pid.group(1));
    }

    private static Path jarOf(String example) {
        return Path.of(System.getProperty("forkless.it.examples"), example, "target", example + ".jar");
    }

    private Path install(String file, String example) throws IOException {
        Path path = temporary.toRealPath().resolve(file);
        Files.createDirectories(path.getParent());
        return Files.copy(jarOf(example), path);
    }

    private void deploy(String release) throws IOException {
        Path link = temporary.resolve("current");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, Path.of("releases", release));
    }

    /** As {@code cat} does: the same file, with other contents. */
    private static void overwrite(Path file) throws IOException {
        byte[] noise = new byte[(int) Files.size(file)];
        new Random(1).nextBytes(noise);
        Files.write(file, noise);
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What a JVM needs of it. */
    private static void copyOwnJdk(Path to) throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        Set<String> unneeded = Set.of("src.zip", "ct.sym", "jmods", "demo", "legal", "man", "include", "docs");
        try (Stream<Path> files = Files.walk(home, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path relative = home.relativize(file);
                boolean needed = Stream.iterate(relative, part -> part != null, Path::getParent)
                        .noneMatch(part -> unneeded.contains(part.getFileName().toString()));
                if (needed && Files.exists(file)) { // a link of the distribution may lead nowhere
                    Files.copy(file, to.resolve(relative.toString()));
                }
            }
        }
    }
}
