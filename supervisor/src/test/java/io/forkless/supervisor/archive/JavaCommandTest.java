package io.forkless.supervisor.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a command line before it is run. */
class JavaCommandTest {
    private static final Path HERE = Path.of("").toAbsolutePath();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java -jar app.jar",
                "/usr/bin/java -Xmx9m -jar app.jar -jar other.jar",
                "java -cp lib --add-opens java.base/java.nio=ALL-UNNAMED --add-modules=ALL-SYSTEM -jar app.jar x"
            })
    void the_jar_of_java_is_found(String command) {
        assertThat(JavaCommand.jar(List.of(command.split(" ")))).contains(Path.of("app.jar"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java",
                "java -jar",
                "java -cp app.jar Main -jar no.jar",
                "java -m module/Main -jar no.jar",
                "java --module=module -jar no.jar",
                "java @options -jar no.jar",
                "java --some-option-of-the-future value -jar no.jar",
                "sh -jar no.jar"
            })
    void what_cannot_be_told_is_not_guessed(String command) {
        assertThat(JavaCommand.jar(List.of(command.split(" ")))).isEmpty();
    }

    /** As one with an umlaut is in the C locale. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there a name is never impossible for its characters' sake")
    void a_name_that_no_file_can_have_is_nowhere() {
        assertThat(JavaCommand.candidates("no\0such/program", HERE)).isEmpty();
        assertThat(JavaCommand.candidates("no\0such", HERE)).isEmpty();
        assertThat(JavaCommand.executable("no\0such", HERE)).isEmpty();
        assertThat(JavaCommand.jar(List.of("java", "-jar", "no\0such.jar"))).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            java -cp app-{index}.jar Main, app-{index}.jar
            java --module-path=mods/{index} -m a/Main, --module-path=mods/{index}
            java -Da=b -jar {index}/app.jar, {index}/app.jar
            /opt/{index}/bin/java -jar app.jar, /opt/{index}/bin/java
            """)
    void classes_of_each_worker_are_found(String command, String where) {
        assertThat(JavaCommand.classesOfEachWorker(List.of(command.split(" ")))).contains(where);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java -Xlog:gc:file=gc-{index}.log -jar app.jar -cp {index}",
                "java -cp {name}.jar:{{index}}.jar Main {index}"
            })
    void all_else_may_differ_from_worker_to_worker(String command) {
        assertThat(JavaCommand.classesOfEachWorker(List.of(command.split(" ")))).isEmpty();
    }
}
