package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerEnvironmentTest {
    private static final String TOOL = "JAVA_TOOL_OPTIONS";
    private static final String TOOL_OF_WORKERS = "FORKLESS_WORKER_JAVA_TOOL_OPTIONS";
    private static final String FIXED = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005";

    @TempDir
    private Path directory;

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

    /** Whichever remedy is copied, it is the only one that is needed. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            -Xdebug -Xrunjdwp:address=5005 -Xlog:gc:/x/gc.log         | 2 | -Xdebug -Xrunjdwp:address=500{index} -Xlog:gc:/x/gc-{index}.log
            -Xloggc:a.log  '-XX:ErrorFile=b c.log' -Xmx9m             | 2 | -Xloggc:a-{index}.log  "-XX:ErrorFile=b c-{index}.log" -Xmx9m
            -Xlog:gc:file="my gc.log"                                 | 1 | "-Xlog:gc:file=my gc-{index}.log"
            '-Xlog:gc:file="my gc.log"'                               | 1 | '\\''-Xlog:gc:file="my gc-{index}.log"'\\''
            '-Da=b c' -Xloggc:a.log                                   | 1 | '\\''-Da=b c'\\'' -Xloggc:a-{index}.log
            -Xrunjdwp:address=5005 -Dwas=-Xrunjdwp:address=5005       | 1 | -Xrunjdwp:address=500{index} -Dwas=-Xrunjdwp:address=5005
            """)
    void each_remedy_for_a_variable_is_for_all_of_it(String value, int count, String better) {
        assertThat(advice(Map.of(), Map.of(TOOL, value)))
                .hasSize(count)
                .allSatisfy(advice -> assertThat(advice).endsWith("; use --worker-env '" + TOOL + "=" + better + "'"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            JDK_JAVA_OPTIONS  | -Da=1 @opts -Db                        | -Da=1  -Db
            JDK_JAVA_OPTIONS  | "@opts"                                |
            JDK_JAVA_OPTIONS  | @nested -Db                            | -Db
            JDK_JAVA_OPTIONS  | -XX:VMOptionsFile=opts -Db             | -Db
            JAVA_TOOL_OPTIONS | -XX:VMOptionsFile=opts -Db             | -Db
            _JAVA_OPTIONS     | -Db '-XX:VMOptionsFile=opts'           | -Db
            JAVA_TOOL_OPTIONS | @opts -Db                              | @opts -Db
            JDK_JAVA_OPTIONS  | @none -Db                              | @none -Db
            JDK_JAVA_OPTIONS  | @itself -Db                            | @itself -Db
            JAVA_TOOL_OPTIONS | -XX:VMOptionsFile=itself -Db           | -XX:VMOptionsFile=itself -Db
            JAVA_TOOL_OPTIONS | -XX:Flags=flags -Db                    | -XX:Flags=flags -Db
            JDK_JAVA_OPTIONS  | @braces -Db                            | -Db
            """)
    void a_file_counts_as_what_is_in_it(String variable, String inherited, String got) throws IOException {
        write("opts", "# debug\n-Xmx9m # -Xint\n" + FIXED + "\n-Xlog:gc:gc.log\n");
        write("nested", "-XX:VMOptionsFile=opts");
        write("itself", "@itself -XX:VMOptionsFile=itself");
        write("flags", "+UseSerialGC\nHeapDumpPath=dump.hprof\n");
        write("braces", FIXED.replace("5005", "500{index}"));
        Map<String, String> expected = got == null ? Map.of() : Map.of(variable, got);
        assertThat(worker(Map.of(), Map.of(variable, inherited))).isEqualTo(expected);
        assertThat(worker(Map.of(), Map.of(JvmVariables.forWorkers(variable), inherited)))
                .isEqualTo(expected);
        assertThat(worker(Map.of(variable, inherited), Map.of())).isEqualTo(Map.of(variable, inherited));
    }

    @Test
    void the_advice_names_the_file_and_says_what_to_write_instead() throws IOException {
        write("opts", "-Xmx9m\n" + FIXED + "\n-Xlog:gc:gc.log\n");
        assertThat(advice(Map.of(), Map.of("JDK_JAVA_OPTIONS", "@opts -XX:ErrorFile=e.log")))
                .containsExactly(
                        "JDK_JAVA_OPTIONS has '" + FIXED + "' in the file opts: the workers get nothing of that file,"
                                + " since one process at a time can have this address; use --worker-env"
                                + " 'JDK_JAVA_OPTIONS=-Xmx9m " + FIXED.replace("5005", "500{index}")
                                + " -Xlog:gc:gc-{index}.log -XX:ErrorFile=e-{index}.log'",
                        "JDK_JAVA_OPTIONS has '-XX:ErrorFile=e.log': the report of one process replaces that of another"
                                + " one; use --worker-env 'JDK_JAVA_OPTIONS=-Xmx9m "
                                + FIXED.replace("5005", "500{index}")
                                + " -Xlog:gc:gc-{index}.log -XX:ErrorFile=e-{index}.log'");
    }

    @Test
    void a_placeholder_in_a_file_is_to_be_written_in_the_variable() throws IOException {
        String text = FIXED.replace("5005", "500{index}");
        write("opts", text);
        assertThat(advice(Map.of(), Map.of("JDK_JAVA_OPTIONS", "@opts -Db")))
                .singleElement()
                .asString()
                .endsWith("use --worker-env 'JDK_JAVA_OPTIONS=" + text + " -Db'");
    }

    @Test
    void a_file_of_flags_is_advised_against() throws IOException {
        write("flags", "+UseSerialGC\nHeapDumpPath=dump.hprof\n");
        String remedy = "; use --worker-env '" + TOOL + "=-XX:+UseSerialGC -XX:HeapDumpPath=dump-{index}.hprof'";
        assertThat(advice(Map.of(), Map.of(TOOL, "-XX:Flags=flags")))
                .singleElement()
                .asString()
                .startsWith(TOOL + " has '-XX:HeapDumpPath=dump.hprof' in the file flags: the first heap dump")
                .endsWith(remedy);
        assertThat(advice(Map.of(TOOL, "-XX:Flags=flags"), Map.of()))
                .singleElement()
                .asString()
                .startsWith("--worker-env " + TOOL + " has '-XX:HeapDumpPath=dump.hprof' in the file flags: ")
                .endsWith(remedy);
    }

    /** Where it would not be filled in. */
    @Test
    void the_remedy_for_a_file_of_the_command_is_not_to_write_the_index_into_it() throws IOException {
        write("opts", "-Xlog:gc:gc.log");
        assertThat(advice(List.of("java", "@opts", "Main"), Map.of(), Map.of()))
                .containsExactly(
                        "COMMAND has '-Xlog:gc:gc.log' in the file opts: each process renames, as it starts, the"
                                + " file that another one writes; write '-Xlog:gc:gc-{index}.log' in COMMAND and not in the file");
        write("opts", "-Xlog:gc:gc-{index}.log");
        assertThat(advice(List.of("java", "@opts", "Main"), Map.of(), Map.of())).hasSize(1);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private List<String> advice(Map<String, String> given, Map<String, String> inherited) {
        return advice(List.of("java", "-jar", "app.jar"), given, inherited);
    }

    private List<String> advice(List<String> command, Map<String, String> given, Map<String, String> inherited) {
        WorkerEnvironment environment = new WorkerEnvironment(given, directory, inherited::get);
        return new WorkerCommand(command, directory, environment)
                .advice(2, 0).stream().map(Advice::toString).toList();
    }

    private Map<String, String> worker(Map<String, String> given, Map<String, String> inherited) {
        Map<String, String> environment = new HashMap<>(inherited);
        new WorkerEnvironment(given, directory, inherited::get).applyTo(environment, new Placeholders(7, "web"));
        return environment;
    }
}
