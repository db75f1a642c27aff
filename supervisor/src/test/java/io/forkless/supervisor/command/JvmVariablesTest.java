package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JvmVariablesTest {
    private static final String TOOL = "JAVA_TOOL_OPTIONS";
    private static final String TOOL_OF_WORKERS = "FORKLESS_WORKER_JAVA_TOOL_OPTIONS";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0",
                "-agentpath:/opt/libagent.so",
                "-javaagent:opentelemetry.jar",
                "-Xdebug",
                "-Xrunjdwp:transport=dt_socket",
                "-Dcom.sun.management.jmxremote.port=9010",
                "-Xlog:gc:file=gc.log",
                "-Xlog:gc:file=gc-{index}.log"
            })
    void such_options_are_for_the_workers(String option) {
        String value = "-Xmx1g " + option;
        assertThat(JvmVariables.harmfulOption(TOOL, value)).contains("'" + option + "'");
        assertThat(JvmVariables.withoutHarm(Map.of(TOOL, value, "JDK_JAVA_OPTIONS", "-Xmx2g", "A", value)))
                .isEqualTo(Map.of(TOOL_OF_WORKERS, value, "JDK_JAVA_OPTIONS", "-Xmx2g", "A", value));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "JDK_JAVA_OPTIONS, @FILE, -Xdebug",
        "JDK_JAVA_OPTIONS, -XX:VMOptionsFile=FILE, -javaagent:a.jar",
        "JAVA_TOOL_OPTIONS, -XX:VMOptionsFile=FILE, -agentlib:jdwp=transport=dt_socket",
        "_JAVA_OPTIONS, -XX:VMOptionsFile=FILE, -Xlog:gc:gc.log",
        "JAVA_TOOL_OPTIONS, -XX:Flags=FILE, HeapDumpPath=dump.hprof"
    })
    void so_are_those_in_a_file(String name, String value, String option, @TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("opts"), option + "\n");
        String there = "-Da=b " + value.replace("FILE", file.toString());
        assertThat(JvmVariables.withoutHarm(Map.of(name, there)))
                .isEqualTo(Map.of(JvmVariables.forWorkers(name), there));
        Files.writeString(file, "-Xmx9m\n");
        assertThat(JvmVariables.withoutHarm(Map.of(name, there))).isEqualTo(Map.of(name, there));
    }

    @Test
    void others_are_for_all_jvms() {
        String value = "-Xmx1g -Duser.timezone=UTC -Xlog:gc -XX:+HeapDumpOnOutOfMemoryError";
        assertThat(JvmVariables.harmfulOption(TOOL, value)).isEmpty();
        assertThat(JvmVariables.withoutHarm(Map.of(TOOL, value))).isEqualTo(Map.of(TOOL, value));
    }

    @Test
    void what_the_workers_have_already_stays() {
        assertThat(JvmVariables.withoutHarm(Map.of(TOOL, "-Xdebug", TOOL_OF_WORKERS, "-Da=b")))
                .isEqualTo(Map.of(TOOL_OF_WORKERS, "-Da=b"));
    }

    @Test
    void what_a_jvm_was_given_by_its_command_line_can_be_told_apart() {
        Map<String, String> environment = Map.of(
                TOOL,
                "-Dtool=1 '-Dq=a b'",
                "JDK_JAVA_OPTIONS",
                "-Djdk=1 -cp x --add-opens java.base/java.lang=ALL-UNNAMED -p mods",
                "_JAVA_OPTIONS",
                "-Dlast=1 -Xmx9m");
        assertThat(JvmVariables.withoutTheirOptions(
                        List.of(
                                "-Dtool=1",
                                "-Dq=a b",
                                "-Djdk=1",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "--module-path=mods",
                                "-Dtool=1",
                                "-Xmx9m",
                                "-Dlast=1",
                                "-Xmx9m"),
                        environment::get))
                .containsExactly("-Dtool=1", "-Xmx9m");
        assertThat(JvmVariables.withoutTheirOptions(List.of("-Xmx9m"), name -> null))
                .containsExactly("-Xmx9m");
        assertThat(JvmVariables.withoutTheirOptions(List.of(), environment::get))
                .isEmpty();
    }

    /** As a JVM was seen to tell them; it puts those of a file of flags first. */
    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            JAVA_TOOL_OPTIONS | -Dx -XX:VMOptionsFile=OPTS -Dy | -Dx,-Da=1,-Db=2,-Dy,-Dcmd
            JDK_JAVA_OPTIONS  | -Dx -XX:VMOptionsFile=OPTS -Dy | -Dx,-Da=1,-Db=2,-Dy,-Dcmd
            JDK_JAVA_OPTIONS  | -Dx @OPTS -Dy                  | -Dx,-Da=1,-Db=2,-Dy,-Dcmd
            _JAVA_OPTIONS     | -Dx -XX:VMOptionsFile=OPTS -Dy | -Dcmd,-Dx,-Da=1,-Db=2,-Dy
            JAVA_TOOL_OPTIONS | -Dx -XX:Flags=FLAGS -Dy        | +UseSerialGC,-UseJVMCICompiler,-Dx,-XX:Flags=FLAGS,-Dy,-Dcmd
            _JAVA_OPTIONS     | -Dx -XX:Flags=FLAGS -Dy        | +UseSerialGC,-UseJVMCICompiler,-Dcmd,-Dx,-XX:Flags=FLAGS,-Dy
            """)
    void what_a_jvm_was_given_by_files_can_be_told_apart(String name, String value, String all, @TempDir Path directory)
            throws IOException {
        Path options = Files.writeString(directory.resolve("opts"), "-Da=1\n-Db=2\n");
        Path flags = Files.writeString(directory.resolve("flags"), "+UseSerialGC\n-UseJVMCICompiler\n");
        UnaryOperator<String> there =
                text -> text.replace("OPTS", options.toString()).replace("FLAGS", flags.toString());
        assertThat(JvmVariables.withoutTheirOptions(
                        List.of(there.apply(all).split(",")), Map.of(name, there.apply(value))::get))
                .containsExactly("-Dcmd");
    }

    @Test
    void a_file_of_flags_of_the_command_line_is_read_anew(@TempDir Path directory) throws IOException {
        String flags = "-XX:Flags=" + Files.writeString(directory.resolve("flags"), "+UseSerialGC\n");
        assertThat(JvmVariables.withoutTheirOptions(List.of("+UseSerialGC", flags, "-Dcmd"), name -> null))
                .containsExactly(flags, "-Dcmd");
    }
}
