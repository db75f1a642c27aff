package io.forkless.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor as process 1: its children are nobody else's to bury, and signals have no default effect on it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "process namespaces are of Linux")
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no unshare(1) on Windows")
class ContainerIT {
    private static final int WORKERS = 2;

    @TempDir
    private Path temporary;

    @BeforeEach
    void needs_the_right_to_make_a_namespace() throws Exception {
        List<String> command = new ArrayList<>(RunningProgram.CONTAINED);
        command.add("true");
        int status = new ProcessBuilder(command).start().waitFor();
        assumeTrue(status == 0, "this user may not make a process namespace");
    }

    @Test
    void killed_workers_are_buried_and_replaced_and_term_drains_with_status_0() throws Exception {
        try (RunningProgram container = RunningProgram.contained(temporary, "jetty-hello", WORKERS)) {
            ProcessHandle supervisor = container.handle().children().findFirst().orElseThrow();
            assertThat(namespacePid(supervisor)).isEqualTo("1");
            List<ProcessHandle> first = supervisor.children().toList();
            assertThat(first).hasSize(WORKERS);

            first.forEach(ProcessHandle::destroyForcibly);

            container.awaitThat("all are replaced", () -> container.count("): READY (") == 2 * WORKERS);
            await().atMost(RunningProgram.PATIENCE)
                    .untilAsserted(() -> assertThat(pids(supervisor))
                            .as("no zombie is left")
                            .hasSize(WORKERS)
                            .doesNotContainAnyElementsOf(
                                    first.stream().map(ProcessHandle::pid).toList()));
            assertThat(container.count("killed by SIGKILL"))
                    .as(container.output())
                    .isEqualTo(WORKERS);
            try (Load load = Load.start(container.port(), 8, Manner.KEEP_ALIVE, Manner.CLOSE)) {
                load.awaitMore(500);
                load.stopWhenRefused();

                supervisor.destroy();

                assertThat(container.awaitExit()).as(container.output()).isZero();
                load.join();
                assertThat(load.lost()).as("%s%n%s", load, container.output()).isZero();
                assertThat(load.count(Outcome.OK)).isPositive();
            }
        }
    }

    private static Set<Long> pids(ProcessHandle supervisor) {
        return supervisor.children().map(ProcessHandle::pid).collect(toSet());
    }

    /** As the process itself sees it; proc(5). */
    private static String namespacePid(ProcessHandle process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("NSpid:"))
                .map(line -> line.replaceAll(".*\\s", ""))
                .findFirst()
                .orElseThrow();
    }
}
