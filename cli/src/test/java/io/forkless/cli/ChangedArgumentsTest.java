package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.ParameterException;

/** What becomes of the arguments of a supervisor when some of them are given anew. */
class ChangedArgumentsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --name=web -- java -jar a.jar          |                             | --name=web -- java -jar a.jar
            --name=web -w 2 -- java                | --workers=3                 | --name=web --workers=3 -- java
            -w2 --max-surge 1 x                    | --workers=3                 | --max-surge=1 --workers=3 -- x
            -l 8080 -l 8081 -- x                   | --listen=9090               | --listen=9090 -- x
            -l 8080 -- x                           | --listen=9090 --listen=9091 | --listen=9090 --listen=9091 -- x
            --worker-env A=1 --worker-env B=2 -- x | --worker-env=C=3            | --worker-env=C=3 -- x
            --background -w 2 -- x                 | --workers=3                 | --background --workers=3 -- x
            -w 2 -- java -w 9                      | -- java -jar b.jar -w 8     | --workers=2 -- java -jar b.jar -w 8
            -w 2 -- java @own                      | --workers=3                 | --workers=3 -- java @own
            --workers=2                            | -- x                        | --workers=2 -- x
            """)
    void what_is_given_takes_the_place_of_what_was_there(String before, String changes, String after) {
        assertThat(String.join(" ", ChangedArguments.merge(words(before), words(changes))))
                .isEqualTo(after);
    }

    @Test
    void changes_of_changes_are_changes() {
        List<String> once = ChangedArguments.merge(List.of(), words("--workers=3 -- a"));
        List<String> twice = ChangedArguments.merge(once, words("--max-surge=2 -- b"));
        assertThat(twice).containsExactly("--workers=3", "--max-surge=2", "--", "b");
        assertThat(ChangedArguments.merge(words("--workers=1 --max-surge=1 -- c"), twice))
                .containsExactly("--workers=3", "--max-surge=2", "--", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--wrkers=3", "--workers=x", "--name", "--dry-run"})
    void a_wrong_one_is_one_of_upgrade(String wrong) {
        assertThatExceptionOfType(ParameterException.class)
                .isThrownBy(() -> ChangedArguments.merge(words(wrong), List.of()))
                .satisfies(e -> assertThat(e.getCommandLine().getCommandName()).isEqualTo("upgrade"));
    }

    @Test
    void paths_mean_the_same_for_the_supervisor_wherever_that_runs() {
        String here = LogicalDirectory.current().path().toAbsolutePath().toString();
        assertThat(given("--name=web --runtime-dir=/run/web --log-dir=logs --pid-file=/run/pid --directory=."))
                .containsExactly(
                        "--log-dir=" + Path.of(here, "logs"),
                        "--pid-file=" + Path.of("/run/pid").toAbsolutePath(),
                        "--directory=" + Path.of(here, "."));
        assertThat(given("-l unix:web.sock -l 8080 --log-file {index}.log -- java -jar app.jar"))
                .containsExactly(
                        "--listen=unix:" + Path.of(here, "web.sock"),
                        "--listen=8080",
                        "--log-file={index}.log",
                        "--",
                        "java",
                        "-jar",
                        "app.jar");
    }

    private static List<String> given(String arguments) {
        List<String> all = new ArrayList<>(List.of("upgrade"));
        all.addAll(words(arguments));
        return ChangedArguments.of(
                Main.commandLine().parseArgs(all.toArray(String[]::new)).subcommand());
    }

    private static List<String> words(String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }
}
