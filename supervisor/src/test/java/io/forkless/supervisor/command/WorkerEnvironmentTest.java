package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerEnvironmentTest {
    private static final String TOOL = "JAVA_TOOL_OPTIONS";
    private static final String TOOL_OF_WORKERS = "FORKLESS_WORKER_JAVA_TOOL_OPTIONS";
    private static final String FIXED = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005";

    @Test
    void given_variables_are_added_and_filled_in() {
        assertThat(worker(Map.of("A", "{index} {{index}} {name}", "B", "b"), Map.of("B", "c", "C", "{index}")))
                .containsOnly(Map.entry("A", "7 {index} web"), Map.entry("B", "b"), Map.entry("C", "{index}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {TOOL, "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void options_for_jvms_are_filled_in_also_where_they_are_inherited(String variable) {
        assertThat(worker(Map.of(), Map.of(variable, "-Da={index}"))).containsOnly(Map.entry(variable, "-Da=7"));
    }

    @Test
    void what_is_for_the_workers_alone_comes_under_its_real_name_and_wins() {
        assertThat(worker(Map.of(), Map.of(TOOL, "-Da=1", TOOL_OF_WORKERS, "-Da=2")))
                .containsOnly(Map.entry(TOOL, "-Da=2"));
        assertThat(worker(Map.of(TOOL, "-Da=3"), Map.of(TOOL, "-Da=1", TOOL_OF_WORKERS, "-Da=2")))
                .containsOnly(Map.entry(TOOL, "-Da=3"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            -Xmx9m  -agentlib:jdwp=server=y,address=5005 -Da=b     | -Xmx9m   -Da=b
            '-Da=b c' "-Xrunjdwp:address=5005"                     | '-Da=b c'
            -Dcom.sun.management.jmxremote.port=9010 -Da=b         | -Da=b
            -agentlib:jdwp=server=y,address=0                      | -agentlib:jdwp=server=y,address=0
            -Xlog:gc:file=gc.log                                   | -Xlog:gc:file=gc.log
            """)
    void of_what_is_inherited_the_workers_do_not_get_what_lets_only_one_of_them_start(String inherited, String got) {
        assertThat(worker(Map.of(), Map.of(TOOL, inherited))).containsOnly(Map.entry(TOOL, got));
        assertThat(worker(Map.of(TOOL, inherited), Map.of())).containsOnly(Map.entry(TOOL, inherited));
    }

    @Test
    void a_variable_without_anything_left_is_removed_and_the_advice_says_what_to_do() {
        assertThat(worker(Map.of(), Map.of(TOOL, FIXED))).isEmpty();
        assertThat(advice(Map.of(), Map.of(TOOL, FIXED)))
                .containsExactly(
                        TOOL + " has '" + FIXED + "': the workers do not get it, since one process at a time can"
                                + " have this address; use --worker-env '" + TOOL + "="
                                + FIXED.replace("5005", "500{index}") + "'");
    }

    @Test
    void what_is_given_is_advised_against_and_left() {
        assertThat(advice(Map.of(TOOL, FIXED), Map.of(TOOL, "-Xloggc:gc.log")))
                .singleElement()
                .asString()
                .startsWith(
                        "--worker-env " + TOOL + " has '" + FIXED + "': one process at a time can have this address")
                .endsWith("; write '" + FIXED.replace("5005", "500{index}") + "'");
    }

    /** Not changed, as the JVM does not read it; a script may pass it on. */
    @Test
    void a_variable_of_scripts_is_advised_against_where_there_is_a_script() {
        Map<String, String> inherited = Map.of("JAVA_OPTS", FIXED);
        assertThat(worker(Map.of(), inherited)).isEqualTo(inherited);
        assertThat(advice(Map.of(), inherited)).isEmpty();
        assertThat(advice(List.of("bin/app"), Map.of(), inherited))
                .containsExactly("JAVA_OPTS has '" + FIXED
                        + "': one process at a time can have this address, and every other"
                        + " one ends as it starts; use --worker-env 'JAVA_OPTS=" + FIXED.replace("5005", "500{index}")
                        + "'");
        assertThat(advice(List.of("bin/app"), Map.of("APP_OPTS", "-Xloggc:gc.log"), Map.of()))
                .singleElement()
                .asString()
                .startsWith("--worker-env APP_OPTS has '-Xloggc:gc.log'");
    }

    private static List<String> advice(Map<String, String> given, Map<String, String> inherited) {
        return advice(List.of("java", "-jar", "app.jar"), given, inherited);
    }

    private static List<String> advice(List<String> command, Map<String, String> given, Map<String, String> inherited) {
        WorkerEnvironment environment = new WorkerEnvironment(given, inherited::get);
        return new WorkerCommand(command, Path.of(""), environment)
                .advice(2, 0).stream().map(Advice::toString).toList();
    }

    private static Map<String, String> worker(Map<String, String> given, Map<String, String> inherited) {
        Map<String, String> environment = new HashMap<>(inherited);
        new WorkerEnvironment(given, inherited::get).applyTo(environment, new Placeholders(7, "web"));
        return environment;
    }
}
