package io.forkless.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each trap in surroundings that are made up, and its neighbour in which there is none. */
class TrapsTest {
    private static final long PID = 4711;
    private static final long MEMORY = 1L << 30;

    @TempDir
    private Path root;

    @Test
    void there_is_none_where_nothing_is_known() {
        assertThat(findings(Map.of())).isEmpty();
    }

    @Test
    void sockets_of_systemd_for_another_process_are_one() {
        assertThat(findings(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "12")))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).contains("LISTEN_FDS", "process 12");
                    assertThat(finding.remedy()).contains("exec");
                });
        assertThat(findings(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "4711"))).isEmpty();
        assertThat(findings(Map.of("LISTEN_PID", "12"))).isEmpty();
    }

    @Test
    void options_that_only_one_process_can_have_are_one() throws IOException {
        String agent = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005";
        assertThat(findings(Map.of("JAVA_TOOL_OPTIONS", "-Xmx9m " + agent)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).startsWith("JAVA_TOOL_OPTIONS has '" + agent + "'");
                    assertThat(finding.remedy()).contains("--worker-env", "address=500{index}");
                });
        assertThat(findings(Map.of("JDK_JAVA_OPTIONS", "-javaagent:agent.jar")))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).startsWith("JDK_JAVA_OPTIONS has '-javaagent:agent.jar'");
                    assertThat(finding.remedy()).contains("FORKLESS_WORKER_JDK_JAVA_OPTIONS");
                });
        Path file = Files.writeString(root.resolve("opts"), "-javaagent:agent.jar");
        assertThat(findings(Map.of("JDK_JAVA_OPTIONS", "@" + file)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what())
                        .startsWith("JDK_JAVA_OPTIONS has '-javaagent:agent.jar' in the file " + file + ": "));
        assertThat(findings(Map.of("JAVA_TOOL_OPTIONS", "-Duser.timezone=UTC"))).isEmpty();
    }

    @Test
    void a_variable_that_wins_over_the_command_is_one() {
        assertThat(findings(Map.of("_JAVA_OPTIONS", "-Da=b")))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("_JAVA_OPTIONS", "wins over"));
    }

    @Test
    void heaps_for_which_there_is_no_memory_are_one() {
        assertThat(Traps.findings(surroundings(Map.of(), 4, MEMORY)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).startsWith("4 workers with a heap of 256 MiB each");
                    assertThat(finding.remedy()).contains("-Xmx");
                });
        assertThat(Traps.findings(surroundings(Map.of("JAVA_TOOL_OPTIONS", "-Xmx99m"), 4, MEMORY)))
                .isEmpty();
    }

    @Test
    void processors_that_may_not_be_used_are_one() throws IOException {
        Path online = root.resolve("sys/devices/system/cpu/online");
        Files.createDirectories(online.getParent());
        Files.writeString(online, "0-2,5\n");
        assertThat(Traps.findings(surroundings(Map.of(), 3, 0)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("3 of 4 processors"));
        assertThat(Traps.findings(surroundings(Map.of(), 4, 0))).isEmpty();
    }

    private List<Finding> findings(Map<String, String> environment) {
        return Traps.findings(surroundings(environment, 2, MEMORY));
    }

    private Surroundings surroundings(Map<String, String> environment, int processors, long memory) {
        return new Surroundings(environment, new Properties(), root, PID, processors, memory);
    }
}
