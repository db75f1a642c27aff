package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the JVM of a worker is told, as far as a command shows it. */
class JvmOptionsTest {
    private static final Path HERE = Path.of("");

    @Test
    void those_of_java_end_where_the_program_begins() {
        assertThat(options("java", "-Xmx1g", "-cp", "a:b", "-Da=b c", "Main", "-Xmx2g")
                        .texts())
                .containsExactly("-Xmx1g", "-cp", "-Da=b c");
        assertThat(options("/opt/jdk/bin/java", "-Xmx1g", "-jar", "app.jar", "-Xmx2g")
                        .texts())
                .containsExactly("-Xmx1g");
        assertThat(options("java", "-m", "module/Main", "-Xmx2g").texts()).isEmpty();
    }

    @Test
    void variables_come_before_and_one_of_them_after() {
        WorkerEnvironment environment = new WorkerEnvironment(
                Map.of("_JAVA_OPTIONS", "-Xmx4m"),
                HERE,
                Map.of("JAVA_TOOL_OPTIONS", "-Xmx1m", "JDK_JAVA_OPTIONS", "-Xmx2m")::get);
        assertThat(new JvmOptions(List.of("java", "-Xmx3m", "Main"), HERE, environment).texts())
                .containsExactly("-Xmx1m", "-Xmx2m", "-Xmx3m", "-Xmx4m");
    }

    @Test
    void files_of_arguments_are_read(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("jvm.args"), "# memory\n-Xmx1g '-Da=b c'\n\n  -Db\n");
        assertThat(options("java", "@" + file, "-XX:VMOptionsFile=" + file, "@" + directory + "/none", "Main")
                        .texts())
                .containsExactly("-Xmx1g", "-Da=b c", "-Db", "-Xmx1g", "-Da=b c", "-Db");
    }

    @Test
    void files_that_variables_name_are_read_where_the_workers_run(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("opts"), "-Xmx1g -XX:Flags=flags");
        Files.writeString(directory.resolve("flags"), "+UseSerialGC");
        WorkerEnvironment environment = new WorkerEnvironment(
                Map.of("_JAVA_OPTIONS", "-XX:Flags=flags"), directory, Map.of("JDK_JAVA_OPTIONS", "@opts")::get);
        assertThat(new JvmOptions(List.of("java", "-XX:Flags=flags", "Main"), directory, environment).texts())
                .containsExactly("-Xmx1g", "-XX:+UseSerialGC", "-XX:+UseSerialGC", "-XX:+UseSerialGC");
    }

    @Test
    void a_launcher_within_another_command_is_found() {
        JvmOptions shell = options("sh", "-c", "cd /srv && exec java -Xmx1g -jar app.jar -Xmx2g");
        assertThat(shell.texts()).contains("-Xmx1g").doesNotContain("-Xmx2g");
        assertThat(shell.areComplete()).isTrue();
        assertThat(options("env", "JAVA_TOOL_OPTIONS=-Da=b -Dc", "java", "-jar", "app.jar")
                        .texts())
                .contains("-Da=b", "-Dc");
    }

    @Test
    void what_a_script_adds_is_not_known() {
        assertThat(options("./app.sh", "-Xloggc:gc.log").texts()).contains("-Xloggc:gc.log");
        assertThat(options("./app.sh").areComplete()).isFalse();
        assertThat(options("java", "-jar", "a$b.jar").areComplete()).isTrue();
        assertThat(options("sh", "-c", "exec java $JAVA_OPTS -jar app.jar").areComplete())
                .isFalse();
    }

    private static JvmOptions options(String... command) {
        return new JvmOptions(List.of(command), HERE, new WorkerEnvironment(Map.of(), HERE, name -> null));
    }
}
