package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(JvmVariables.harmfulOption(value)).isEqualTo(option);
        assertThat(JvmVariables.withoutHarm(Map.of(TOOL, value, "JDK_JAVA_OPTIONS", "-Xmx2g", "A", value)))
                .isEqualTo(Map.of(TOOL_OF_WORKERS, value, "JDK_JAVA_OPTIONS", "-Xmx2g", "A", value));
    }

    @Test
    void others_are_for_all_jvms() {
        String value = "-Xmx1g -Duser.timezone=UTC -Xlog:gc -XX:+HeapDumpOnOutOfMemoryError";
        assertThat(JvmVariables.harmfulOption(value)).isNull();
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
}
