package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import io.forkless.testing.JavaProgram;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Dynamic class-data archives, written and read by JVMs of workers. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the JRE for Windows has no archive of its own to build on")
class FastStartTest extends SupervisedTest {
    private static final String USED = "-XX:SharedArchiveFile=";
    private static final String RECORDED = "-XX:ArchiveClassesAtExit=";
    private static final String MAPPED = "shared objects file (top)";

    @TempDir
    private Path directory;

    private Path archives;
    private Path jar;
    private List<String> command;

    /** A JVM archives classes of jar files only. */
    @BeforeEach
    void pack_the_class_path() throws IOException {
        archives = directory.resolve("archives");
        List<String> jars = new ArrayList<>();
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(element))) {
                jar = pack(Path.of(element), directory.resolve(jars.size() + ".jar"));
                jars.add(jar.toString());
            } else {
                jars.add(element);
            }
        }
        command = new ArrayList<>(JavaProgram.of(TestWorker.class)
                .options("-Xlog:class+load:file=" + directory + "/%p.log")
                .command());
        command.set(command.indexOf("-cp") + 1, String.join(File.pathSeparator, jars));
        command.addAll(List.of(TestWorker.SERVE, "127.0.0.1:0"));
    }

    @Test
    void a_worker_that_drains_leaves_an_archive_from_which_the_next_one_starts() throws Exception {
        Path archive = record();
        assertThat(archive.toString()).endsWith(".jsa");

        Supervisor supervisor = startAndAwaitReady(fastStart());
        long pid = supervisor.workers().get(0).pid();
        assertThat(commandLine(pid)).contains(USED + archive);
        assertThat(loaded(pid)).endsWith("source: " + MAPPED);
        assertThat(supervisor.workers()).noneMatch(worker -> worker.restarts() > 0);
        supervisor.close();
        assertThat(files()).as(said()).containsExactly(archive);
    }

    @Test
    @Tag("long")
    void a_rolling_restart_passes_from_the_worker_that_records_to_workers_that_use_the_archive() throws Exception {
        Supervisor supervisor = startAndAwaitReady(fastStart().workers(2));
        assertThat(supervisor.workers())
                .extracting(worker -> commandLine(worker.pid()))
                .filteredOn(line -> line.contains(RECORDED))
                .as("only one records")
                .hasSize(1);
        assertThat(loaded(supervisor.workers().get(0).pid())).doesNotContain(MAPPED);

        // The first replacement starts before the worker that records has drained, and the second one perhaps, too.
        supervisor.restart().join();
        supervisor.restart().join();
        for (WorkerStatus worker : supervisor.workers()) {
            assertThat(commandLine(worker.pid())).contains(USED);
            assertThat(loaded(worker.pid())).endsWith(MAPPED);
        }
        assertThat(log.lines()).anyMatch(line -> line.startsWith("INFO fast start: workers start from " + archives));
    }

    /** It is an archive of what all workers have in common. */
    @Test
    @Tag("long")
    void all_workers_use_one_archive_whatever_their_indexes_and_the_name_of_their_supervisor() throws Exception {
        command.add(1, "-Dof.worker={name}-{index}");
        Path archive = record();
        Supervisor supervisor = startAndAwaitReady(fastStart().workers(2).name("other-" + archive.hashCode()));
        assertThat(supervisor.workers())
                .extracting(worker -> commandLine(worker.pid()))
                .allMatch(line -> line.contains(USED + archive));
        assertThat(commandLine(supervisor.workers().get(1).pid())).contains("-Dof.worker=" + supervisor.name() + "-1");
    }

    @Test
    @Tag("long")
    void what_no_archive_can_be_made_of_turns_it_off_with_a_warning() throws Exception {
        command.add(1, "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0");
        Supervisor supervisor = startAndAwaitReady(fastStart());
        assertThat(supervisor.workers().get(0).restarts()).isZero();
        assertThat(commandLine(supervisor.workers().get(0).pid())).doesNotContain(RECORDED);
        command.set(1, "-Da=b");
        command.set(
                command.indexOf("-cp") + 1, command.get(command.indexOf("-cp") + 1) + File.pathSeparator + "{index}");
        startAndAwaitReady(fastStart());
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("WARNING fast start: off: "))
                .satisfiesExactly(
                        line -> assertThat(line).contains("with an agent, '-agentlib:jdwp="),
                        line -> assertThat(line).contains("differs from worker to worker"));
    }

    @Test
    @Tag("long")
    void a_changed_jar_leads_to_a_new_archive_in_place_of_the_old_one() throws Exception {
        Path old = record();
        String command = old.getFileName().toString().replaceAll("-.*", "");
        long nobody = 999_999_999; // above the most that a system gives
        Path abandoned =
                Files.writeString(archives.resolve(command + "-x-" + nobody + ".recording"), "half an archive");
        deploy();
        startAndAwaitReady(fastStart()).close();
        assertThat(files()).as(said()).singleElement().isNotEqualTo(old);
        assertThat(commandLine(startAndAwaitReady(fastStart()).workers().get(0).pid()))
                .contains(USED + files().get(0));
    }

    @Test
    @Tag("long")
    void what_was_recorded_of_a_jar_that_has_been_replaced_meanwhile_is_not_kept() throws Exception {
        Supervisor supervisor = startAndAwaitReady(fastStart());
        deploy();
        supervisor.close();
        assertThat(files()).isEmpty();
    }

    @Test
    @Tag("long")
    void an_archive_of_another_command_is_left_alone() throws Exception {
        Path archive = record();
        command.add("127.0.0.1:0");
        assertThat(startAndAwaitReady(fastStart()).workers())
                .allMatch(worker -> commandLine(worker.pid()).contains(RECORDED));
        assertThat(archive).exists();
    }

    @Test
    @Tag("long")
    void a_damaged_archive_is_no_reason_for_a_failed_start() throws Exception {
        byte[] whole = Files.readAllBytes(record());
        byte[] scrambled = whole.clone();
        byte[] noise = new byte[whole.length / 4];
        new Random(7).nextBytes(noise);
        System.arraycopy(noise, 0, scrambled, whole.length / 4, noise.length);
        List<byte[]> damages = List.of(new byte[0], Arrays.copyOf(whole, whole.length / 2), scrambled);
        for (byte[] damaged : damages) {
            Path file = files().get(0);
            Files.delete(file); // it is read-only
            Files.write(file, damaged);
            assertThat(record()).isNotEqualTo(file).exists();
            assertThat(file).doesNotExist();
        }
    }

    @Test
    @Tag("long")
    void a_worker_that_is_killed_while_it_records_leaves_nothing_and_the_next_one_records() throws Exception {
        Supervisor supervisor = startAndAwaitReady(fastStart());
        long first = supervisor.workers().get(0).pid();
        Path half = Files.writeString(recording(first), "half an archive");
        killHard(first);
        await().atMost(LIMIT)
                .until(() -> supervisor.workers().get(0).state() == WorkerState.READY
                        && supervisor.workers().get(0).pid() != first);
        assertThat(half).doesNotExist();
        assertThat(commandLine(supervisor.workers().get(0).pid())).contains(RECORDED);
        supervisor.kill();
        supervisor.awaitTermination();
        assertThat(files()).isEmpty();
    }

    @Test
    @Tag("long")
    void a_worker_whose_jvm_cannot_archive_is_not_asked_again_soon() throws Exception {
        // A directory on the class path, which is seen by none but the JVM.
        Path classes =
                Files.createDirectories(directory.resolve("classes/some")).getParent();
        int classPath = command.indexOf("-cp");
        Path options = Files.writeString(
                directory.resolve("options"), "-cp " + classes + File.pathSeparator + command.get(classPath + 1));
        command.set(classPath, "@" + options);
        command.remove(classPath + 1);
        Supervisor supervisor = startAndAwaitReady(fastStart());
        assertThat(commandLine(supervisor.workers().get(0).pid())).contains(RECORDED);
        supervisor.restart().join();
        supervisor.restart().join();
        assertThat(commandLine(supervisor.workers().get(0).pid())).doesNotContain(USED, RECORDED);
        supervisor.close();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
        assertThat(files()).isEmpty();
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("WARNING fast start: "))
                .containsExactly(
                        "WARNING fast start: a worker has written no archive; workers start without, and a later one tries again");
    }

    @Test
    @Tag("long")
    void an_option_of_the_environment_that_forbids_archives_turns_it_off_with_a_warning() throws Exception {
        Supervisor supervisor = startAndAwaitReady(fastStart().environment("JAVA_TOOL_OPTIONS", "-Xshare:off"));
        assertThat(supervisor.workers().get(0).restarts()).isZero();
        assertThat(commandLine(supervisor.workers().get(0).pid())).doesNotContain(RECORDED);
        assertThat(log.lines())
                .contains("WARNING fast start: off: the environment has the option '-Xshare:off' for JVMs");
    }

    @Test
    @Tag("long")
    void classes_in_a_directory_turn_it_off_with_a_warning() throws Exception {
        Path classes =
                Files.createDirectories(directory.resolve("classes/some")).getParent();
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, command.get(classPath) + File.pathSeparator + classes);
        Supervisor supervisor = startAndAwaitReady(fastStart());
        assertThat(log.lines())
                .contains("WARNING fast start: off: the class path has the directory '" + classes
                        + "', and a JVM can archive jar files only");
        assertThat(commandLine(supervisor.workers().get(0).pid())).doesNotContain(RECORDED);
        supervisor.close();
        assertThat(supervisor.awaitTermination()).isEqualTo(Outcome.DRAINED);
    }

    @Test
    @Tag("long")
    void a_directory_that_cannot_be_made_is_an_error_at_the_start() throws Exception {
        Files.writeString(archives, "in the way");
        assertThatThrownBy(() -> start(fastStart()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("fast start: cannot make " + archives + ": ");
    }

    /** A worker's life, and the only archive that is there then. */
    private Path record() throws Exception {
        Supervisor supervisor = startAndAwaitReady(fastStart());
        assertThat(commandLine(supervisor.workers().get(0).pid())).contains(RECORDED);
        assertThat(supervisor.workers().get(0).restarts()).isZero();
        supervisor.close();
        assertThat(supervisor.awaitTermination()).as(said()).isEqualTo(Outcome.DRAINED);
        assertThat(files()).as(said()).hasSize(1);
        return files().get(0);
    }

    /** Tells why there is no archive: a JVM may crash as it writes it, and the worker has drained all the same. */
    private String said() {
        return String.join("\n", log.lines()) + "\n" + output();
    }

    private SupervisorBuilder fastStart() {
        return supervisor(TestWorker.SERVE).command(command).fastStart(archives).listen(ANY_PORT);
    }

    private void deploy() throws IOException {
        Files.setLastModifiedTime(
                jar, FileTime.fromMillis(Files.getLastModifiedTime(jar).toMillis() + 5000));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(archives)) {
            return files.toList();
        }
    }

    /** How that worker's JVM has come to its main class, as it logs it itself. */
    private String loaded(long pid) throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve(pid + ".log"))) {
            return lines.filter(line -> line.contains(" " + TestWorker.class.getName() + " "))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Path recording(long pid) {
        String line = commandLine(pid);
        String path = line.substring(line.indexOf(RECORDED) + RECORDED.length());
        return Path.of(path.substring(0, path.indexOf(' ')));
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path pack(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> entries = Files.walk(classes)) {
            for (Path entry : (Iterable<Path>) entries.filter(Files::isRegularFile)::iterator) {
                out.putNextEntry(new JarEntry(classes.relativize(entry).toString()));
                Files.copy(entry, out);
            }
        }
        return jar;
    }
}
