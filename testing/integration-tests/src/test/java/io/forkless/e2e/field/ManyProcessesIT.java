package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector.Argument;
import io.forkless.e2e.Machine;
import io.forkless.e2e.RunningProgram;
import io.forkless.testing.FreePort;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Cases N1, N2, N3, N5 and E3 from the field: N processes get what was meant for one. */
class ManyProcessesIT {
    private static final String NO_REPLACEMENT = "there is no way to replace a process on Windows";

    private static final String TOOL = "JAVA_TOOL_OPTIONS";
    private static final Duration HANG = Duration.ofSeconds(2);
    private static final int WORKERS = 2;
    private static final long GIB = 1L << 30;

    /** How many indexes the test of a restart needs. */
    private static final int INDEXES = 4;

    @TempDir(factory = ShortTempDir.class)
    private Path temporary;

    private final String name = "it-" + UUID.randomUUID();

    @Test
    @Tag("long")
    void each_worker_has_a_debugger_and_a_gc_log_of_its_own_and_may_stand_still_at_a_breakpoint() throws Exception {
        int base = freeBase();
        String log = Machine.path(temporary) + "/gc-{name}-{index}.log";
        try (RunningProgram run = run(
                Map.of("FORKLESS_WORKER_" + TOOL, "-Xlog:gc:file='" + log + "'"),
                List.of("--hang-timeout", Long.toString(HANG.toSeconds())),
                agent(base + "{index}"))) {
            awaitReady(run);
            assertThat(run.answersOfAll(WORKERS)).hasSize(WORKERS);
            assertThat(files("gc-")).containsExactly("gc-" + name + "-0.log", "gc-" + name + "-1.log");
            assertThat(run.count("runs under a debugger")).as(run.output()).isEqualTo(WORKERS);

            VirtualMachine worker = debug(base * 10 + 1);
            assertThat(worker.allThreads()).isNotEmpty();
            worker.suspend();
            Thread.sleep(HANG.multipliedBy(4).toMillis()); // it is the time without an event that counts
            assertThat(run.count("killing it")).as(run.output()).isZero();
            worker.resume();
            worker.dispose();
            assertThat(run.answersOfAll(WORKERS)).hasSize(WORKERS);

            operate(Map.of(), "restart");
            assertThat(run.answersOfAll(WORKERS)).hasSize(WORKERS);
            assertThat(files("gc-")).contains("gc-" + name + "-2.log");
            debug(base * 10 + 2).dispose();
            assertThat(run.count("WARNING")).as(run.output()).isZero();
            operate(Map.of(), "stop");
            assertThat(run.awaitExit()).as(run.output()).isZero();
        }
    }

    @Test
    @Tag("long")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = NO_REPLACEMENT)
    void an_agent_in_the_environment_does_not_harm_the_supervisor_nor_the_commands() throws Exception {
        int port = FreePort.any();
        Map<String, String> environment = Map.of(TOOL, agent(Integer.toString(port)) + " -Dof.worker=yes");
        try (RunningProgram run = run(environment, List.of())) {
            awaitReady(run);
            assertThat(run.answersOfAll(WORKERS)).hasSize(WORKERS);
            assertThat(isFree(port)).isTrue();
            assertThat(operate(environment, "status"))
                    .contains("(pid " + run.handle().pid() + ")");
            operate(environment, "restart");
            assertWarnedOnce(run.output(), port);
            assertThat(run.count("Picked up " + TOOL + ": -Dof.worker=yes")).isEqualTo(2 * WORKERS);
            operate(environment, "stop");
            assertThat(run.awaitExit()).as(run.output()).isZero();
        }

        Path logs = temporary.resolve("logs");
        operate(environment, startArguments(logs));
        try {
            assertThat(isFree(port)).isTrue();
            assertWarnedOnce(Files.readString(logs.resolve("forkless.log")), port);
        } finally {
            operate(environment, "stop");
        }
    }

    /** What the JVM would do with it is up to the operator, who is told what to write. */
    @Test
    void a_dry_run_names_what_processes_cannot_share() throws Exception {
        List<String> command = new ArrayList<>(List.of("run", "--dry-run", "--workers", "3"));
        command.addAll(List.of("--worker-env", TOOL + "=-Dcom.sun.management.jmxremote.port=9010", "--"));
        command.addAll(Machine.javaForPrograms());
        command.addAll(List.of("-Xmx9999g", "-Xloggc:gc.log", agent("5005"), "Main", "-Xloggc:no.log"));
        assertThat(lines(command).filter(line -> line.startsWith("warning:")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .contains("--worker-env " + TOOL)
                                .endsWith("write '-Dcom.sun.management.jmxremote.port=901{index}'"),
                        line -> assertThat(line).endsWith("write '-Xloggc:gc-{index}.log'"),
                        line -> assertThat(line).endsWith("write '" + agent("500{index}") + "'"),
                        line -> assertThat(line)
                                .contains("3 workers with a heap of 9999 GiB each may need 29997 GiB, and there is "));
    }

    @Test
    void there_are_as_many_workers_as_processors() throws Exception {
        Map<String, String> environment = Map.of("JDK_JAVA_OPTIONS", "-XX:ActiveProcessorCount=3");
        List<String> command = new ArrayList<>(List.of("run", "--dry-run", "--"));
        command.addAll(Machine.javaForPrograms());
        assertThat(outputOf(environment, List.of(), command)).contains("workers:  3");
    }

    @Test
    @Tag("root")
    @DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no control group on Windows")
    void the_limits_of_a_container_are_those_that_count() throws Exception {
        ControlGroup container = ControlGroup.make(GIB, 1).orElse(null);
        assumeTrue(container != null, "this user may not make a control group");
        try (container) {
            assertThat(lines(container, "run", "--dry-run", "--", "java", "Main"))
                    .contains("workers:  1")
                    .noneMatch(line -> line.startsWith("warning:"));
            assertThat(lines(container, "run", "--dry-run", "--workers", "4", "--", "java", "Main"))
                    .contains(
                            "warning:  4 workers with a heap of 256 MiB each (a quarter of 1 GiB) may need 1 GiB, and there"
                                    + " is 1 GiB for everything; give COMMAND -Xmx153m, or use --worker-env"
                                    + " JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=15");
            assertThat(lines(container, "doctor").filter(line -> line.startsWith("warning")))
                    .anyMatch(
                            line -> line.contains("1 of " + Runtime.getRuntime().availableProcessors()));
        }
    }

    @Test
    void doctor_names_what_is_in_the_way() throws Exception {
        assertThat(outputOf(Map.of(TOOL, "-Duser.timezone=UTC -Xdebug"), List.of(), List.of("doctor")))
                .contains("JAVA_TOOL_OPTIONS has '-Xdebug'", "FORKLESS_WORKER_JAVA_TOOL_OPTIONS");
    }

    private RunningProgram run(Map<String, String> environment, List<String> options, String... workerOptions)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of("run"));
        arguments.addAll(options);
        arguments.addAll(common(workerOptions));
        return RunningProgram.command(temporary, environment, List.of(), arguments);
    }

    private String[] startArguments(Path logs) {
        List<String> arguments = new ArrayList<>(List.of("start", "--log-dir", logs.toString()));
        arguments.addAll(common());
        return arguments.toArray(String[]::new);
    }

    private List<String> common(String... workerOptions) {
        List<String> arguments = new ArrayList<>(List.of("--name", name, "--workers", Integer.toString(WORKERS)));
        arguments.addAll(List.of("--listen", "127.0.0.1:0"));
        arguments.addAll(List.of("--boot-timeout", Long.toString(RunningProgram.PATIENCE.toSeconds()), "--"));
        arguments.addAll(RunningProgram.workers(temporary, "jetty-hello", workerOptions));
        return arguments;
    }

    private static void awaitReady(RunningProgram run) {
        run.awaitLine("all " + WORKERS + " workers are READY");
    }

    /** @return what the command has printed */
    private String operate(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(Arrays.asList(arguments));
        if (!command.contains("--name")) {
            command.addAll(List.of("--name", name));
        }
        return outputOf(environment, List.of(), command);
    }

    private Stream<String> lines(ControlGroup container, String... arguments) throws Exception {
        return lines(container.prefix(), List.of(arguments));
    }

    private Stream<String> lines(List<String> arguments) throws Exception {
        return lines(List.of(), arguments);
    }

    private Stream<String> lines(List<String> prefix, List<String> arguments) throws Exception {
        return outputOf(Map.of(), prefix, arguments).lines();
    }

    /** Not closed, which would end all that this test has started. */
    private String outputOf(Map<String, String> environment, List<String> prefix, List<String> arguments)
            throws Exception {
        RunningProgram command = RunningProgram.command(temporary, environment, prefix, arguments);
        assertThat(command.awaitExit()).as(command.output()).isZero();
        return command.output();
    }

    private static void assertWarnedOnce(String output, int port) {
        assertThat(output.lines().filter(line -> line.contains("WARNING")))
                .as(output)
                .singleElement()
                .asString()
                .contains(TOOL + " has '" + agent(Integer.toString(port)) + "'", "the workers do not get it")
                .endsWith("use --worker-env '" + TOOL + "=" + agent(port / 10 + "{index}") + " -Dof.worker=yes'");
    }

    private List<String> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.startsWith(prefix) && file.endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static String agent(String address) {
        return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=" + address;
    }

    /** A number in front of an index, with which it is a free port. */
    private static int freeBase() throws IOException {
        while (true) {
            int base = FreePort.any() / 10;
            boolean free = true;
            for (int index = 0; index < INDEXES; index++) {
                free &= isFree(base * 10 + index);
            }
            if (free) {
                return base;
            }
        }
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    private static VirtualMachine debug(int port) throws Exception {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(candidate -> candidate.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Argument> arguments = connector.defaultArguments();
        arguments.get("hostname").setValue("127.0.0.1");
        arguments.get("port").setValue(Integer.toString(port));
        return connector.attach(arguments);
    }
}
