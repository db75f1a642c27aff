package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.FreePort;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The socket is systemd's; supervisors come and go. */
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no systemd on Windows")
class SystemdIT {
    private static final int WORKERS = 2;

    @TempDir
    private Path temporary;

    @Test
    @Tag("long")
    void clients_wait_while_one_supervisor_follows_another_and_none_is_refused_or_lost() throws Exception {
        assumeInstalled("systemd-socket-activate");
        int port = FreePort.any(); // the tool tells none that the system has chosen
        try (RunningProgram service = RunningProgram.activated(temporary, "jetty-hello", WORKERS, port)) {
            service.awaitLine("Listening on 127.0.0.1:" + port);
            assertThat(firstAnswer(service, port)).startsWith("worker ");
            assertThat(service.count("listening on 127.0.0.1:" + port + ", which the service manager has opened"))
                    .isEqualTo(1);
            try (Load load = Load.start(port, 16, Manner.values())) {
                load.awaitMore(1000);
                service.operate("restart");
                load.awaitMore(1000);
                service.operate("stop");
                service.awaitLine("the first life has ended with status 0");
                service.awaitThat(
                        "the second life is READY", () -> service.count("all " + WORKERS + " workers are READY") >= 2);
                load.awaitMore(1000);

                assertThat(load.lost()).as("%s%n%s", load, service.output()).isZero();
                assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
            }
            service.operate("stop");
            service.awaitLine("the second life has ended with status 0");
            assertThat(service.awaitExit()).isZero();
        }
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "0.0.0.0:,   jetty-hello",
        "127.0.0.1:, jetty-hello",
        "'',         jetty-hello",
        "0.0.0.0:,   undertow-hello",
        "'',         undertow-hello"
    })
    void a_program_that_asks_for_every_address_serves_from_the_socket_that_systemd_has_opened(
            String host, String example) throws Exception {
        assumeInstalled("systemd-socket-activate");
        int port = FreePort.any();
        try (RunningProgram service = RunningProgram.activatedAt(host + port, temporary, example, WORKERS, port)) {
            service.awaitLine("Listening on " + (host.isEmpty() ? "[::]:" : host) + port);
            assertThat(firstAnswer(service, port)).startsWith("worker ");
            service.operate("stop");
            assertThat(service.awaitExit()).isZero();
        }
    }

    @Test
    void the_units_of_the_documentation_are_valid() throws Exception {
        assumeInstalled("systemd-analyze");
        Path documented = Path.of(System.getProperty("forkless.it.examples"), "..", "docs", "systemd");
        try (Stream<Path> units = Files.list(documented)) {
            for (Path unit : units.toList()) {
                // What it would start must be there; the rest is as documented.
                String adapted = Files.readString(unit)
                        .replace("/usr/bin/java", Machine.java().get(0));
                Files.writeString(temporary.resolve(unit.getFileName()), adapted);
            }
        }
        // What the machine's own units have wrong is not ours to mend.
        Process verify = new ProcessBuilder(
                        "systemd-analyze", "--recursive-errors=no", "verify", "web.service", "web.socket")
                .directory(temporary.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> complaints = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains("web."))
                .toList();
        // It ends with 0 even if it has ignored a setting that it does not know.
        assertThat(complaints).isEmpty();
        assertThat(verify.waitFor()).isZero();
    }

    /** Defaults of systemd that stop all workers when one has no memory left, and that kill what still drains. */
    @Test
    void the_unit_of_the_documentation_leaves_the_workers_to_the_supervisor() throws Exception {
        Path unit = Path.of(System.getProperty("forkless.it.examples"), "..", "docs", "systemd", "web.service");
        assertThat(Files.readAllLines(unit)).contains("OOMPolicy=continue", "KillMode=process", "Restart=always");
    }

    /** To the client that makes the tool start the service: it waits for as long as the start takes. */
    private static String firstAnswer(RunningProgram service, int port) throws Exception {
        try (HttpConnection client = new HttpConnection(port)) {
            client.send("/", true, 1);
            service.awaitLine("all " + WORKERS + " workers are READY");
            return client.receive();
        }
    }

    private static void assumeInstalled(String command) {
        boolean installed = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> new File(directory, command).canExecute());
        assumeTrue(installed, command + " is not installed");
    }
}
