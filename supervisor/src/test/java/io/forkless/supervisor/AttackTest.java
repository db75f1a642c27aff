package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Operator;
import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Privileges;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks on a running supervisor with one worker that serves, one that has not read its bootstrap file yet and one that has
 * a ticket and has not used it: everything that can be attacked is there.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "processes are looked into by /proc")
@Tag("long")
class AttackTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TEMPORARY_PROPERTY = "java.io.tmpdir";
    private static final Pattern SECRET = Pattern.compile("[0-9a-f]{64}");
    private static final int CONNECTIONS = 3000;
    private static final String NAME = "attacked";

    @TempDir(factory = ShortTempDir.class)
    private static Path directory;

    private static String temporaryBefore;
    private static Path step;
    private static SupervisorProcess supervisor;

    @BeforeAll
    static void start() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        step = Files.writeString(directory.resolve("step"), FaultWorker.SERVE);
        List<String> worker = JavaProgram.of(FaultWorker.class, step.toString(), "127.0.0.1:0")
                .command();
        List<String> named = List.of("-D" + TestSupervisor.NAME + "=" + NAME);
        supervisor = new SupervisorProcess(temporary, List.of(), named, 1, true, worker).awaitReady();
        temporaryBefore = System.getProperty(TEMPORARY_PROPERTY);
        System.setProperty(TEMPORARY_PROPERTY, temporary.toString()); // where commands look for the supervisor
    }

    @AfterAll
    static void stop() throws IOException {
        System.setProperty(TEMPORARY_PROPERTY, temporaryBefore);
        supervisor.close();
    }

    @Test
    @Tag("root")
    void another_user_can_reach_nothing() throws Exception {
        assumeTrue(Privileges.canBecomeNobody(), Privileges.REASON);
        Path readable = Files.writeString(supervisor.temporary.resolve("readable"), "by everybody");
        Path program = copyOfIntruder(supervisor.temporary.resolve("program"));
        Set<Path> paths = pathsWithOneOfEachKind();

        List<String> arguments = new ArrayList<>(List.of(readable.toString()));
        paths.forEach(path -> arguments.add(path.toString()));
        Process intruder = JavaProgram.onClassPath(program.toString(), Intruder.class, arguments.toArray(String[]::new))
                .below(Privileges.AS_NOBODY)
                .process()
                .redirectErrorStream(true)
                .start();
        List<String> said = intruder.inputReader().lines().toList();

        assertThat(said).last().isEqualTo("tried " + arguments.size() + " paths");
        assertThat(said).contains("open: read " + readable); // it can read what it may
        assertThat(said).filteredOn(line -> line.startsWith("open: ")).hasSize(1);
        paths.forEach(path -> assertThat(path).as("not deleted").exists());
        Files.delete(readable);
    }

    @Test
    void no_file_is_open_to_group_or_others() throws Exception {
        for (Path path : pathsWithOneOfEachKind()) {
            Set<PosixFilePermission> modes = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
            if (Files.isDirectory(path)) {
                assertThat(PosixFilePermissions.toString(modes)).as("%s", path).isEqualTo("rwx------");
            } else if (Files.isRegularFile(path)) {
                assertThat(PosixFilePermissions.toString(modes)).as("%s", path).isEqualTo("rw-------");
            } else { // to connect to a socket is to write to it, unix(7)
                assertThat(modes)
                        .as("%s", path)
                        .doesNotContain(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
            }
        }
    }

    @Test
    void no_secret_is_in_arguments_environments_or_logs() throws Exception {
        Set<Path> paths = pathsWithOneOfEachKind();
        List<String> secrets = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isRegularFile(path)) {
                SECRET.matcher(Files.readString(path, StandardCharsets.ISO_8859_1))
                        .results()
                        .forEach(match -> secrets.add(match.group()));
            }
        }
        assertThat(secrets).hasSizeGreaterThanOrEqualTo(2); // of the endpoint and of a bootstrap file
        ProcessHandle grandchild = ProcessHandle.of(Long.parseLong(Client.ask(supervisor.port(), "spawn")))
                .orElseThrow();
        try {
            List<Long> pids = new ArrayList<>(List.of(supervisor.process.pid(), grandchild.pid()));
            supervisor.process.descendants().forEach(process -> pids.add(process.pid()));
            for (long pid : pids) {
                for (String file : List.of("environ", "cmdline")) {
                    String text = Files.readString(Path.of("/proc/" + pid, file), StandardCharsets.ISO_8859_1);
                    assertThat(text).isNotEmpty().doesNotContainPattern(SECRET).doesNotContain(secrets);
                }
            }
        } finally {
            grandchild.destroyForcibly();
        }
        assertThat(supervisor.log()).contains("listening on").doesNotContainPattern(SECRET);
    }

    /** Silent, slow, too long, forged, truncated, and replayed: each in turn, many more than there are places. */
    @Test
    void thousands_of_hostile_connections_disturb_nobody() throws Exception {
        UnixDomainSocketAddress control = UnixDomainSocketAddress.of(supervisor.controlSocket());
        String token = endpointToken();
        String forged = "0".repeat(64);
        long pid = ProcessHandle.current().pid();
        List<byte[]> greetings = List.of(
                new byte[0],
                bytes("h"),
                bytes("x".repeat(ControlMessage.MAX_LINE_BYTES + 1)),
                new Hello(ControlMessage.VERSION, forged, pid, false).toBytes(),
                new Hello(ControlMessage.VERSION, token, pid, false).toBytes(), // an operator's is no worker's
                again(Again.CURRENT_VERSION, forged, pid),
                again(Again.CURRENT_VERSION, token, pid),
                again(Again.CURRENT_VERSION + 1, workerToken(), pid),
                again(Again.CURRENT_VERSION, workerToken(), pid),
                again(Again.CURRENT_VERSION, workerToken(), supervisor.pids().get(0)), // who is there already
                bytes("again 1\n"),
                bytes("adopted\n"), // of a supervisor
                bytes("hand-over 1\n"),
                new Operator(ControlMessage.VERSION, forged).toBytes(),
                new Operator(ControlMessage.VERSION, token.substring(1)).toBytes(),
                new Operator(ControlMessage.VERSION, token + "0").toBytes());
        Deque<SocketChannel> open = new ArrayDeque<>();
        FaultLoad load = new FaultLoad(supervisor.port());
        try (load) {
            for (int i = 0; i < CONNECTIONS; i++) {
                SocketChannel channel = SocketChannel.open(control);
                open.add(channel);
                try {
                    channel.write(ByteBuffer.wrap(greetings.get(i % greetings.size())));
                } catch (IOException e) {
                    // turned away before it had said all
                }
                if (open.size() > 2 * ControlServer.MAX_STRANGERS) {
                    open.remove().close();
                }
            }
            try (AdminClient client = connect()) { // the silent ones are still there
                client.execute("status", "");
                assertThat(client.reports()).isNotEmpty();
            }
            load.awaitNextOfEach();
        } finally {
            for (SocketChannel channel : open) {
                channel.close();
            }
        }
        assertThat(load.refused() + load.lost()).isZero();
        assertThat(supervisor.pids())
                .allMatch(worker -> ProcessHandle.of(worker).isPresent());
    }

    @Test
    void a_truncated_or_longer_token_is_not_the_token() throws Exception {
        String token = endpointToken();
        for (String wrong : List.of(token.substring(1), token.substring(0, 63), token + token, token.toUpperCase())) {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(supervisor.controlSocket()))) {
                channel.write(ByteBuffer.wrap(new Operator(ControlMessage.VERSION, wrong).toBytes()));
                ByteBuffer answer = ByteBuffer.allocate(ControlMessage.MAX_LINE_BYTES);
                while (channel.read(answer) >= 0) {
                    // to the end
                }
                assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8))
                        .isEqualTo("refused 0 the token is not this supervisor's\n");
            }
        }
        assertThatIOException().isThrownBy(() -> AdminClient.connect("1")); // somebody's, and no supervisor
    }

    /** Another user need not be able to look into this checkout. */
    private static Path copyOfIntruder(Path classes) throws Exception {
        Path original = Path.of(Intruder.class.getResource("Intruder.class").toURI());
        Path copy = Files.createDirectories(
                classes.resolve(Intruder.class.getPackageName().replace('.', '/')));
        try (Stream<Path> files = Files.list(original.getParent())) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("Intruder"))
                    .toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return classes;
    }

    /** Of a supervisor with a worker at its start and one with a ticket, for which there are 20 s. */
    private static Set<Path> pathsWithOneOfEachKind() throws Exception {
        command("1");
        await().atMost(LIMIT).until(() -> supervisor.process.children().count() == 1);
        add(2, FaultWorker.START);
        add(3, FaultWorker.TICKET);
        Files.writeString(step, FaultWorker.SERVE);
        Set<Path> paths = new HashSet<>();
        try (Stream<Path> all = Files.list(supervisor.temporary)) {
            for (Path path : all.filter(path -> path.getFileName().toString().startsWith("forkless-"))
                    .toList()) {
                try (Stream<Path> below = Files.walk(path)) {
                    below.forEach(paths::add);
                }
            }
        }
        for (String name : List.of(
                "hand-off",
                "control.sock",
                "endpoint",
                "scoreboard",
                BootstrapFile.FILE_SUFFIX,
                WorkerRecord.FILE_SUFFIX,
                ListenerRecord.FILE)) {
            assertThat(paths).as(name).anyMatch(path -> path.toString().endsWith(name));
        }
        return paths;
    }

    private static void add(int workers, String at) throws Exception {
        Files.writeString(step, at);
        command(Integer.toString(workers));
        await().atMost(LIMIT)
                .until(() -> supervisor
                                .process
                                .children()
                                .filter(process -> Files.exists(FaultWorker.arrival(step, process.pid())))
                                .count()
                        == workers - 1);
    }

    private static String endpointToken() throws IOException {
        Path runtimeDirectory = supervisor.controlSocket().getParent().getParent();
        return Files.readString(runtimeDirectory.resolve(NAME + ".endpoint")).split(" ")[1];
    }

    /** Of the one that serves. */
    private static String workerToken() throws IOException {
        try (Stream<Path> files = Files.list(supervisor.controlSocket().getParent())) {
            for (Path file : files.filter(path -> path.toString().endsWith(WorkerRecord.FILE_SUFFIX))
                    .toList()) {
                WorkerRecord record = WorkerRecord.read(file);
                if (record.process().pid() == supervisor.pids().get(0)) {
                    return record.token();
                }
            }
        }
        throw new AssertionError("no record of the worker");
    }

    private static byte[] again(int version, String token, long pid) {
        return new Again(version, token, pid, true, false, false, false, List.of()).toBytes();
    }

    private static void command(String workers) throws Exception {
        try (AdminClient client = connect()) {
            client.execute("scale", workers);
        }
    }

    private static AdminClient connect() throws IOException {
        return AdminClient.connect(NAME);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
