package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.testing.Client;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor in this JVM with {@link TestWorker}s in JVMs of their own. Afterwards nothing is left of it. */
public abstract class SupervisedTest {
    static final Duration LIMIT = Duration.ofSeconds(90);
    static final boolean WINDOWS = OS.WINDOWS.isCurrentOs();

    /** How the providers name the failure to bind an address that is taken. */
    static final String IN_USE = WINDOWS ? "WSAE(ADDRINUSE|ACCES) \\(" : "EADDRINUSE \\(";

    static final ListenSpec ANY_PORT = ListenSpec.tcp("127.0.0.1", 0);

    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final CapturedLog log = new CapturedLog();
    private final List<Supervisor> supervisors = new ArrayList<>();
    private List<ProcessHandle> childrenBefore;
    private final String temporaryBefore = System.getProperty("java.io.tmpdir");

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    /** So that what is left there is ours. */
    @BeforeEach
    void use_a_temporary_directory_of_our_own() {
        // JNA unpacks its library below, and Windows deletes none that is in use.
        System.setProperty("jna.tmpdir", temporaryBefore);
        System.setProperty("java.io.tmpdir", temporary.toString());
        childrenBefore = ProcessHandle.current().children().toList();
    }

    @AfterEach
    void nothing_is_left() {
        for (Supervisor supervisor : supervisors) {
            supervisor.kill();
            supervisor.close();
        }
        log.close();
        try {
            await().atMost(LIMIT)
                    .untilAsserted(
                            () -> assertThat(ProcessHandle.current().children()).isSubsetOf(childrenBefore));
            await().atMost(LIMIT).untilAsserted(() -> assertThat(threads()).isEmpty());
            await().atMost(LIMIT).untilAsserted(() -> assertThat(ourFiles()).isEmpty());
        } finally {
            System.setProperty("java.io.tmpdir", temporaryBefore);
        }
    }

    /** Of workers in that mode, on a port of the system's choice; to be built and started by the test. */
    SupervisorBuilder supervisor(String mode) {
        return Supervisor.builder()
                .command(JavaProgram.of(TestWorker.class, mode, "127.0.0.1:0").command())
                .output(output, output);
    }

    Supervisor start(SupervisorBuilder builder) throws IOException {
        Supervisor supervisor = builder.build();
        supervisors.add(supervisor);
        supervisor.start();
        return supervisor;
    }

    Supervisor startAndAwaitReady(SupervisorBuilder builder) throws Exception {
        Supervisor supervisor = start(builder);
        assertThat(supervisor.awaitReady(LIMIT)).as(output()).isTrue();
        return supervisor;
    }

    static int port(Supervisor supervisor) {
        return ((InetSocketAddress) supervisor.addresses().get(0)).getPort();
    }

    /** The pids that answer, in as many connections as it takes to see that many. */
    public static Set<Long> awaitPids(int port, int count) {
        Set<Long> pids = new HashSet<>();
        await().atMost(LIMIT).until(() -> {
            pids.add(Client.who(port).pid());
            return pids.size() == count;
        });
        return pids;
    }

    public static void killHard(long pid) {
        ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
        process.destroyForcibly();
        awaitGone(pid);
    }

    public static void awaitGone(long pid) {
        await().atMost(LIMIT)
                .until(() -> !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Threads of a supervisor. A pump ends with the last process that has the pipe, which may outlive the worker. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("forkless-"))
                .toList();
    }

    private static List<Path> ourFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("forkless"))
                    .toList();
        }
    }
}
