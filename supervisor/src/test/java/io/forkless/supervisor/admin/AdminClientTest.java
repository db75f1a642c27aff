package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** How a command finds its supervisor, and what it makes of the answers; the supervisor is played by the test. */
class AdminClientTest {
    private static final String NO_POSIX_FILES = "Windows has other file owners and permissions";

    private final String temporaryBefore = System.getProperty("java.io.tmpdir");

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    /** Says what the test wants to whoever connects, as soon as a command has come. */
    private static final class PlayedSupervisor implements Closeable {
        private final Endpoint endpoint;
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final Thread thread;

        /** @param answers a line each; then the connection ends, unless the last one is {@code null} */
        PlayedSupervisor(String name, String... answers) throws IOException {
            endpoint = Endpoint.claim(name);
            endpoint.publish(new InetSocketAddress("127.0.0.1", server.getLocalPort()));
            thread = new Thread(() -> serve(answers), "played-supervisor");
            thread.start();
        }

        private void serve(String... answers) {
            while (true) {
                try (Socket client = server.accept();
                        BufferedReader lines = new BufferedReader(
                                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
                    received.add(String.valueOf(lines.readLine()));
                    received.add(String.valueOf(lines.readLine()));
                    for (String answer : answers) {
                        if (answer == null) {
                            lines.readLine(); // until the client goes
                        } else {
                            client.getOutputStream().write((answer + "\n").getBytes(StandardCharsets.UTF_8));
                        }
                    }
                } catch (IOException e) {
                    if (server.isClosed()) {
                        return;
                    }
                }
            }
        }

        String received() throws InterruptedException {
            return received.poll(30, TimeUnit.SECONDS);
        }

        @Override
        public void close() throws IOException {
            server.close();
            endpoint.close();
        }
    }

    @BeforeEach
    void use_a_temporary_directory_of_our_own() {
        System.setProperty("java.io.tmpdir", directory.toString());
    }

    @AfterEach
    void use_the_other_one() {
        System.setProperty("java.io.tmpdir", temporaryBefore);
    }

    @Test
    void a_command_introduces_itself_with_the_secret_and_gets_its_answer() throws Exception {
        try (PlayedSupervisor supervisor =
                        new PlayedSupervisor("web", "report one 1", "report ", "report two", "done all of it");
                AdminClient client = AdminClient.connect("web")) {
            assertThat(client.execute("status", "")).isEqualTo("all of it");
            assertThat(client.reports()).as("an empty one is a sign of life").containsExactly("one 1", "two");
            assertThat(client.name()).isEqualTo("web");
            assertThat(client.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(supervisor.received()).isEqualTo("operator 1 " + supervisor.endpoint.token());
            assertThat(supervisor.received()).isEqualTo("do status ");
        }
    }

    @Test
    void a_refusal_is_one_with_its_reason() throws Exception {
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "refused 0 not now");
                AdminClient client = AdminClient.connect("web")) {
            assertThatThrownBy(() -> client.execute("scale", "x"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessage("not now");
            supervisor.received();
            assertThat(supervisor.received()).isEqualTo("do scale x");
        }
    }

    @Test
    void what_was_done_and_not_well_has_its_status() throws Exception {
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "report one", "failed 5 worker 0 was killed");
                AdminClient client = AdminClient.connect("web")) {
            List<String> reports = new ArrayList<>();
            assertThatThrownBy(() -> client.execute("stop", "", reports::add))
                    .isInstanceOfSatisfying(
                            FailedException.class,
                            e -> assertThat(e.exitStatus()).isEqualTo(5))
                    .hasMessage("worker 0 was killed");
            assertThat(reports).containsExactly("one");
            assertThat(supervisor.received()).isNotNull();
        }
    }

    @Test
    void a_supervisor_that_ends_before_its_answer_is_an_error() throws Exception {
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "report 1");
                AdminClient client = AdminClient.connect("web")) {
            assertThatThrownBy(() -> client.execute("restart", ""))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the supervisor 'web' (pid "
                            + ProcessHandle.current().pid()
                            + ") ended before it had answered; workers that it has left drain, or serve on until another"
                            + " one takes over");
            assertThat(supervisor.received()).isNotNull();
        }
    }

    @Test
    void a_supervisor_that_says_nothing_is_given_up() throws Exception {
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "report 1", null);
                AdminClient client = AdminClient.connect("web", Places.ofThisUser(), Duration.ofSeconds(1))) {
            long pid = ProcessHandle.current().pid();
            assertThatThrownBy(() -> client.execute("status", ""))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the supervisor 'web' (pid " + pid + ") does not answer for 1 s:")
                    .hasMessageContaining("'kill -CONT " + pid + "'");
            assertThat(supervisor.received()).isNotNull();
        }
    }

    @Test
    void what_is_no_answer_is_an_error() throws Exception {
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "HTTP/1.1 400 Bad Request");
                AdminClient client = AdminClient.connect("web")) {
            assertThatThrownBy(() -> client.execute("status", "")).isInstanceOf(IOException.class);
            assertThat(supervisor.received()).isNotNull();
        }
    }

    @Test
    void without_a_name_the_only_one_is_meant() throws Exception {
        assertNone(null, "no supervisor is running");
        try (PlayedSupervisor first = new PlayedSupervisor("web", "done 1")) {
            try (AdminClient client = AdminClient.connect(null)) {
                assertThat(client.name()).isEqualTo("web");
                assertThat(client.execute("status", "")).isEqualTo("1");
            }
            assertThat(first.received()).isNotNull();
            assertNone("other", "no supervisor named 'other' is running");
            try (PlayedSupervisor second = new PlayedSupervisor("api", "done 2")) {
                assertNone(null, "several supervisors are running; choose one with --name: api, web");
                try (AdminClient client = AdminClient.connect("api")) {
                    assertThat(client.execute("status", "")).isEqualTo("2");
                }
                assertThat(second.received()).isNotNull();
            }
        }
    }

    @Test
    void one_without_a_name_is_found_by_its_pid() throws Exception {
        PrivateDirectory own = PrivateDirectory.create("forkless-");
        Endpoint endpoint = Endpoint.unnamed(own);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            endpoint.publish(new InetSocketAddress("127.0.0.1", server.getLocalPort()));
            String pid = Long.toString(ProcessHandle.current().pid());
            try (AdminClient client = AdminClient.connect(pid)) {
                assertThat(client.name()).isEqualTo(pid);
            }
            AdminClient.connect(null).close();
        } finally {
            endpoint.close();
            own.close();
        }
    }

    @Test
    void one_that_is_starting_says_so() throws Exception {
        Endpoint endpoint = Endpoint.claim("web");
        try {
            assertNone(
                    "web",
                    "the supervisor 'web' (pid " + ProcessHandle.current().pid() + ") is still starting");
            assertNone(null, "no supervisor is running");
        } finally {
            endpoint.close();
        }
    }

    @Test
    void one_that_lives_and_cannot_be_reached_says_so() throws Exception {
        Endpoint endpoint = Endpoint.claim("web");
        try {
            endpoint.publish(new InetSocketAddress("127.0.0.1", FreePort.any()));
            assertThatThrownBy(() -> AdminClient.connect("web"))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("the supervisor 'web' (pid "
                            + ProcessHandle.current().pid() + ") is there and cannot be reached");
            assertNone(null, "no supervisor is running");
        } finally {
            endpoint.close();
        }
    }

    @Test
    void what_a_dead_one_has_left_is_removed() throws Exception {
        Process dead = JavaProgram.of(EndpointHolder.class, "nobody")
                .process()
                .redirectErrorStream(true)
                .start();
        dead.destroyForcibly().waitFor();
        Path file = fileOf("web");
        Files.writeString(file, dead.pid() + " 0123456789abcdef " + FreePort.any() + "\n");
        assertNone("web", "no supervisor named 'web' is running");
        assertThat(file).doesNotExist();

        Files.writeString(fileOf("web"), dead.pid() + " 0123456789abcdef "); // it died as it started
        assertNone("web", "no supervisor named 'web' is running");
        Endpoint.claim("web").close();
    }

    @Test
    void rubbish_is_ignored() throws Exception {
        Files.writeString(fileOf("a"), "");
        Files.writeString(fileOf("b"), "x y z\n");
        Files.writeString(fileOf("c"), "1 t 99999999\n");
        Files.createDirectory(fileOf("d"));
        Files.writeString(directory.resolve("endpoint"), "1 t 80\n");
        assertNone(null, "no supervisor is running");
        for (String name : List.of("a", "b", "c", "d")) {
            assertNone(name, "no supervisor named '" + name + "' is running");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void nobody_but_the_owner_can_read_the_secret() throws Exception {
        Endpoint endpoint = Endpoint.claim("web");
        assertThat(Files.getPosixFilePermissions(fileOf("web")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(endpoint.token()).matches("[0-9a-f]{64}");
        assertThat(EndpointFile.read(fileOf("web"), "web", Places.ofThisUser()).toString())
                .doesNotContain(endpoint.token());
        endpoint.close();
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void a_file_of_somebody_else_is_neither_read_nor_written() throws Exception {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root can give a file away");
        try (PlayedSupervisor supervisor = new PlayedSupervisor("web", "done 1")) {
            Files.setAttribute(fileOf("web"), "unix:uid", 12345);
            assertNone("web", "no supervisor named 'web' is running");
            assertThat(supervisor.received.poll()).isNull();
            Files.setAttribute(fileOf("web"), "unix:uid", 0);
        }
        Path forged = Files.createFile(fileOf("web"));
        Files.setAttribute(forged, "unix:uid", 12345);
        Files.setPosixFilePermissions(forged, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThatThrownBy(() -> Endpoint.claim("web"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(forged + " belongs to 12345 and not to ");
        assertThat(forged).isEmptyFile();
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void what_another_user_has_written_does_not_lead_root_to_a_process_of_somebody_else() throws Exception {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root may name another user");
        Path socket = directory.resolve("socket");
        Path base = Files.createDirectory(directory.resolve("forkless-12345"));
        Path lure = Files.writeString(base.resolve("web.endpoint"), "1 token unix:" + socket + "\n");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            for (Path file : List.of(base, lure)) {
                Files.setAttribute(file, "unix:uid", 12345);
            }

            assertThatThrownBy(() -> AdminClient.connect("web", Places.ofUser("12345")))
                    .hasMessageStartingWith("no supervisor named 'web' is running");

            try (SocketChannel called = server.accept()) {
                assertThat(called.read(ByteBuffer.allocate(1)))
                        .as("nothing was said")
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void a_trap_of_somebody_else_is_not_opened() throws Exception {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "only root can give a file away");
        Path below = Files.createDirectory(directory.resolve("forkless-trap"));
        for (Path fifo : List.of(fileOf("web"), below.resolve("endpoint"))) {
            assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                    .isZero();
            Files.setAttribute(fifo, "unix:uid", 12345);
        }
        Files.setAttribute(below, "unix:uid", 12345);
        assertNone(null, "no supervisor is running"); // to open one would wait for ever
    }

    private static void assertNone(String name, String message) {
        assertThatThrownBy(() -> AdminClient.connect(name))
                .isInstanceOf(IOException.class)
                .message()
                .matches(text -> text.equals(message) || text.startsWith(message + "; looked in "), message);
    }

    private static Path fileOf(String name) throws IOException {
        return RuntimeDirectory.prepare().resolve(name + ".endpoint");
    }
}
