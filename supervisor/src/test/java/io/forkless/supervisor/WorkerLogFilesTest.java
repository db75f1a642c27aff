package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Log files that workers write themselves: what is in them, and who renames them. */
class WorkerLogFilesTest extends SupervisedTest {
    private static final int KEEP = 500;

    @TempDir
    private Path directory;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a worker cannot open its output anew on Windows")
    void no_line_is_lost_while_the_file_is_renamed_again_and_again() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).logDirectory(directory, 5000, KEEP).listen(ANY_PORT));
        Object first = key(file(0));
        int rounds = 0;
        while (Files.notExists(file(0).resolveSibling("worker-0.log.3"))) {
            assertThat(Client.ask(port(supervisor), "print 20000")).isEqualTo("printed");
            rounds++;
        }
        supervisor.close();
        assertThat(key(oldest())).as("it was renamed, and not copied").isEqualTo(first);
        List<String> printed = lines(0);
        for (int i = 0; i < 20_000; i++) {
            assertThat(printed.stream().filter(("line " + i + " of worker 0")::equals))
                    .as("line %d", i)
                    .hasSize(rounds);
            i += 997; // each one takes a while to count
        }
        assertThat(printed).filteredOn(line -> line.endsWith(" of worker 0")).hasSize(20_000 * rounds);
        assertThat(log.lines()).noneMatch(line -> line.contains("rotated"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows does not rename a file that is open")
    void a_worker_goes_on_in_a_new_file_when_somebody_has_renamed_it() throws Exception {
        Supervisor supervisor = startAndAwaitReady(
                supervisor(TestWorker.SERVE).logDirectory(directory, 0, 1).listen(ANY_PORT));
        Client.ask(port(supervisor), "print 1");
        Path archive = Files.move(file(0), directory.resolve("archive"));
        Client.ask(port(supervisor), "print 1");
        assertThat(Files.readAllLines(archive)).hasSize(2);
        supervisor.reopenLogs().get(30, TimeUnit.SECONDS);
        await().atMost(LIMIT).until(() -> {
            Client.ask(port(supervisor), "print 1");
            return Files.exists(file(0)) && Files.readAllLines(file(0)).contains("line 0 of worker 0");
        });
        assertThat(log.lines()).noneMatch(line -> line.contains("copytruncate"));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no shell on Windows")
    void the_file_of_a_worker_that_cannot_open_it_anew_is_copied_and_emptied() throws Exception {
        List<String> throughCat = new ArrayList<>(List.of("sh", "-c", "\"$@\" 2>&1 | cat", "sh"));
        throughCat.addAll(JavaProgram.of(TestWorker.class, TestWorker.SERVE, "127.0.0.1:0")
                .command());
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .command(throughCat)
                .logDirectory(directory, 5000, 2)
                .listen(ANY_PORT));
        supervisor.reopenLogs().get(30, TimeUnit.SECONDS);
        assertThat(log.lines())
                .filteredOn(line -> line.contains("copytruncate"))
                .singleElement()
                .asString()
                .startsWith("WARNING " + file(0) + ": ");
        Client.ask(port(supervisor), "print 1000");
        await().atMost(LIMIT).until(() -> Files.exists(older(0, 1)) && Files.size(file(0)) == 0);
        assertThat(Files.readAllLines(older(0, 1))).contains("line 0 of worker 0");
        Client.ask(port(supervisor), "print 1");
        await().atMost(LIMIT).until(() -> Files.readAllLines(file(0)).equals(List.of("line 0 of worker 0")));
    }

    @Test
    void another_process_is_refused_the_file_while_a_worker_writes_it() throws Exception {
        startAndAwaitReady(
                supervisor(TestWorker.SERVE).logDirectory(directory, 5000, 2).listen(ANY_PORT));
        Process rival = JavaProgram.of(Rival.class, directory.toString())
                .process()
                .redirectErrorStream(true)
                .start();
        assertThat(new String(rival.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("another supervisor writes to it");
    }

    @Test
    void a_worker_whose_file_cannot_be_opened_starts_all_the_same() throws Exception {
        Files.createDirectories(file(1));
        Supervisor supervisor = startAndAwaitReady(supervisor(TestWorker.SERVE)
                .workers(2)
                .logDirectory(directory, 5000, 2)
                .listen(ANY_PORT));
        awaitPids(port(supervisor), 2);
        assertThat(log.lines())
                .filteredOn(line -> line.startsWith("WARNING " + file(1)))
                .singleElement()
                .asString()
                .contains("cannot be opened for a worker");
    }

    @Test
    void what_a_worker_prints_after_the_death_of_the_supervisor_is_in_its_file() throws Exception {
        Process supervisor =
                JavaProgram.of(Printing.class, directory.toString()).process().start();
        List<ProcessHandle> workers = new ArrayList<>();
        try {
            await().atMost(LIMIT)
                    .ignoreException(NoSuchFileException.class)
                    .until(() -> Files.readAllLines(file(0)).size() > 100);
            workers.addAll(supervisor.descendants().toList());
            supervisor.destroyForcibly().onExit().join();
            await().atMost(LIMIT).until(() -> Files.readString(file(0)).endsWith("the end" + System.lineSeparator()));
            assertThat(Files.readAllLines(file(0)))
                    .filteredOn(line -> line.matches("\\d+"))
                    .containsExactlyElementsOf(IntStream.range(0, Printing.NUMBERS)
                            .mapToObj(Integer::toString)
                            .toList());
        } finally {
            supervisor.destroyForcibly();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private Path file(int index) {
        return directory.resolve("worker-" + index + ".log");
    }

    private Path older(int index, int number) {
        return directory.resolve("worker-" + index + ".log." + number);
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private Path oldest() {
        int number = 1;
        while (Files.exists(older(0, number + 1))) {
            number++;
        }
        return older(0, number);
    }

    private List<String> lines(int index) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = KEEP; i > 0; i--) {
            text.append(Files.exists(older(index, i)) ? Files.readString(older(index, i)) : "");
        }
        return text.append(Files.readString(file(index))).toString().lines().toList();
    }

    /** Another supervisor with the same directory. */
    static final class Rival {
        public static void main(String[] arguments) throws IOException {
            try (Supervisor supervisor = Supervisor.builder()
                    .command(List.of("nobody"))
                    .logDirectory(Path.of(arguments[0]), 5000, 2)
                    .build()) {
                supervisor.start();
            }
        }
    }

    /** A supervisor of a worker that knows nothing of it and prints numbers. */
    static final class Printing {
        static final int NUMBERS = 3000;

        public static void main(String[] arguments) throws Exception {
            if (arguments.length > 0) {
                Supervisor.builder()
                        .command(JavaProgram.of(Printing.class).command())
                        .logDirectory(Path.of(arguments[0]), 0, 0)
                        .build()
                        .start();
                return;
            }
            for (int i = 0; i < NUMBERS; i++) {
                System.out.println(i);
                Thread.sleep(1);
            }
            System.err.println("the end");
        }
    }
}
