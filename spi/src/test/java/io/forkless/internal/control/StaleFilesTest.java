package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the workers of a service leave when they go without a supervisor; {@code WorkerTest} has those without a service. */
class StaleFilesTest {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final ProcessIdentity ENDED =
            new ProcessIdentity(ProcessHandle.current().pid(), "1");

    private final String temporaryBefore = System.getProperty(TEMPORARY);

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private Path runtime;

    @BeforeEach
    void use_a_temporary_directory_of_our_own() throws IOException {
        System.setProperty(TEMPORARY, temporary.toAbsolutePath().toString());
        runtime = RuntimeDirectory.prepare();
    }

    @AfterEach
    void use_the_other_one() {
        System.setProperty(TEMPORARY, temporaryBefore);
    }

    @Test
    void the_last_worker_removes_what_belongs_to_the_service() throws Exception {
        BootstrapFile.Service service = service(0);
        write(service, ProcessIdentity.own());
        write(service(1), ENDED);
        Path directory = service.record().getParent();
        Files.writeString(directory.resolve("2-1" + WorkerRecord.FILE_SUFFIX), "garbage");
        Files.createFile(directory.resolve(Scoreboard.FILE));
        Files.writeString(service.endpoint(), "4711 token unix:/gone\n");

        StaleFiles.leave(service);

        assertThat(runtime).as("all of it").doesNotExist();
        StaleFiles.leave(service); // what is gone is no error
    }

    @Test
    void while_another_worker_lives_nothing_but_the_own_record_goes() throws Exception {
        BootstrapFile.Service service = service(0);
        write(service, ProcessIdentity.own());
        write(service(1), ProcessIdentity.own());
        Files.writeString(service.endpoint(), "4711 token unix:/gone\n");

        StaleFiles.leave(service);

        assertThat(service.record()).doesNotExist();
        assertThat(service(1).record()).exists();
        assertThat(service.endpoint()).hasContent("4711 token unix:/gone");
    }

    @Test
    void while_a_supervisor_has_the_name_nothing_but_the_own_record_goes() throws Exception {
        BootstrapFile.Service service = service(0);
        write(service, ProcessIdentity.own());
        Path scoreboard = Files.createFile(service.record().resolveSibling(Scoreboard.FILE));
        try (ChildJvm supervisor = ChildJvm.start(
                Map.of(), JavaProgram.of(Holder.class, service.endpoint().toString()))) {
            supervisor.awaitOutput("locked");

            StaleFiles.leave(service);
        }
        assertThat(service.record()).doesNotExist();
        assertThat(scoreboard).exists();
        assertThat(service.endpoint()).exists();
    }

    /** Their time-outs end at the same moment, as they have lost their supervisor at the same moment. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows keeps files that somebody else is about to remove")
    void of_workers_that_go_at_the_same_time_one_is_the_last() throws Exception {
        int rounds = 30;
        Path go = temporary.resolve("go");
        List<ChildJvm> workers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                workers.add(ChildJvm.start(
                        Map.of(),
                        JavaProgram.of(Leaver.class, runtime.toString(), "" + i, "" + rounds, go.toString())));
            }
            for (ChildJvm worker : workers) {
                worker.awaitOutput("recorded");
            }

            Files.writeString(temporary.resolve("new"), Long.toString(System.currentTimeMillis() + 100));
            Files.move(temporary.resolve("new"), go);

            for (ChildJvm worker : workers) {
                worker.awaitOutput("left");
            }
            assertThat(runtime).doesNotExist();
        } finally {
            workers.forEach(ChildJvm::close);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files, and links take a privilege")
    void nobody_waits_for_a_fifo_in_the_place_of_the_endpoint_or_follows_a_link() throws Exception {
        BootstrapFile.Service service = service(0);
        write(service, ProcessIdentity.own());
        assertThat(new ProcessBuilder("mkfifo", service.endpoint().toString())
                        .start()
                        .waitFor())
                .isZero();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> StaleFiles.leave(service));
        assertThat(service.record()).doesNotExist();

        Files.delete(service.endpoint());
        Path missing = temporary.resolve("missing");
        Files.createSymbolicLink(service.endpoint(), missing);
        StaleFiles.leave(service);
        assertThat(missing).doesNotExist();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows hands off without files")
    void hand_offs_of_processes_that_have_ended_are_removed_and_those_of_others_are_not() throws Exception {
        Process other = JavaProgram.of(Sleeper.class).process().start();
        Path living = deadHandOff("forkless-" + ProcessHandle.current().pid() + "-0001");
        Path dead = deadHandOff("forkless-" + other.pid() + "-0002");
        Path withSomethingElse = deadHandOff("forkless-" + other.pid() + "-0003");
        Path precious = Files.createFile(withSomethingElse.resolve("precious"));
        Path nobodys = deadHandOff("forkless-x-0004");
        StaleFiles.removeHandOffsOfTheDead(runtime);
        assertThat(dead).as("its process lives").exists();

        other.destroyForcibly().waitFor();
        StaleFiles.removeHandOffsOfTheDead(runtime);

        assertThat(dead).doesNotExist();
        assertThat(living).exists();
        assertThat(precious).exists();
        assertThat(nobodys).exists();
        StaleFiles.removeHandOffsOfTheDead(runtime.resolve("missing")); // is no error
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows hands off without files")
    void a_hand_off_on_which_somebody_listens_stays_whatever_its_name() throws Exception {
        Path directory = Files.createDirectory(runtime.resolve("forkless-999999999-0001"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("s")));

            StaleFiles.removeHandOffsOfTheDead(runtime);

            assertThat(directory.resolve("s")).exists();
        }
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows hands off without files")
    void a_hand_off_of_somebody_else_stays() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can give a directory away");
        Path directory = deadHandOff("forkless-999999999-0001");
        Files.setAttribute(directory, "unix:uid", 12345);

        StaleFiles.removeHandOffsOfTheDead(runtime);

        assertThat(directory).exists();
    }

    /** A directory with the socket of a process that was killed. */
    private Path deadHandOff(String name) throws IOException {
        Path directory = Files.createDirectory(runtime.resolve(name));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(directory.resolve("s")));
        }
        return directory;
    }

    private BootstrapFile.Service service(int index) {
        return service(runtime, "web", index);
    }

    private static BootstrapFile.Service service(Path runtime, String name, int index) {
        return new BootstrapFile.Service(
                name,
                runtime.resolve(name + EndpointText.FILE_SUFFIX),
                PrivateDirectory.pathOfService(runtime, name).resolve(index + "-1" + WorkerRecord.FILE_SUFFIX),
                "origin",
                Duration.ofSeconds(1));
    }

    private static void write(BootstrapFile.Service service, ProcessIdentity process) throws IOException {
        new WorkerRecord(0, "token", process, null, "origin", Duration.ofSeconds(30)).restoreAt(service.record());
    }

    /** A supervisor that has the name. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel endpoint =
                    FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                System.out.println(
                        endpoint.tryLock(EndpointText.LOCKED_BYTE, 1, false) == null
                                ? "held by another one"
                                : "locked");
                Thread.sleep(Duration.ofMinutes(10).toMillis());
            }
        }
    }

    /** A worker of many services that leaves one after the other, at the same time as others do. */
    static final class Leaver {
        private static final int PAUSE_MILLIS = 20;

        private Leaver() {}

        public static void main(String[] arguments) throws Exception {
            Path runtime = Path.of(arguments[0]);
            int index = Integer.parseInt(arguments[1]);
            int rounds = Integer.parseInt(arguments[2]);
            Path go = Path.of(arguments[3]);
            for (int round = 0; round < rounds; round++) {
                write(service(runtime, "web" + round, index), ProcessIdentity.own());
            }
            StaleFiles.leave(service(runtime, "warm" + index, index)); // so that classes are loaded
            System.out.println("recorded");
            await().until(() -> Files.exists(go));
            long begin = Long.parseLong(Files.readString(go));
            for (int round = 0; round < rounds; round++) {
                Thread.sleep(Math.max(0, begin + (long) round * PAUSE_MILLIS - System.currentTimeMillis()));
                StaleFiles.leave(service(runtime, "web" + round, index));
            }
            System.out.println("left");
            Thread.sleep(Duration.ofMinutes(10).toMillis());
        }
    }
}
