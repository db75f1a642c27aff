package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What becomes of the options for logs, as far as no process is started. */
class LogOptionsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --log-file=worker.log          | log file: 'worker.log' has no {index} in it
            --log-file={{index}}           | log file: '{{index}}' has no {index} in it
            --log-file=logs/{index}        | log file: 'logs/{index}' is not a file's name without a directory
            --log-file=                    | log file: '' is not a file's name without a directory
            --log-dir=logs/{index}         | has {index} in it, but all workers' files are in one directory
            --log-dir={name}               | has {name} in it, but the supervisor is given no name
            --log-format=xml               | Invalid value for option '--log-format': 'xml' is neither text nor json
            --log-format=                  | '' is neither text nor json
            --log-max-size=9999999999999   | '9999999999999' is too big: use 0, or 1k to 16t
            --log-max-size=-1              | '-1' is not a size
            --log-keep=-1                  | '-1' is not a whole number from 0 to
            """)
    void a_mistake_is_a_sentence(String option, String message) {
        for (String command : List.of("run", "start")) {
            String directory = option.startsWith("--log-dir=") ? option : "--log-dir=logs";
            assertThat(option.equals(directory) ? execute(command, option) : execute(command, directory, option))
                    .isEqualTo(ExitStatus.USAGE);
            assertThat(err.toString())
                    .startsWith("forkless: ")
                    .contains(message)
                    .doesNotContain("\tat ");
            err.getBuffer().setLength(0);
        }
    }

    @Test
    void a_prefix_of_two_lines_is_refused() {
        assertThat(execute("run", "--log-prefix=a\nb")).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).startsWith("forkless: log prefix: it has a line break");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--log-prefix=",
                "--log-prefix=none",
                "--log-prefix={name}[{index}] {other} %s",
                "--log-format=json",
                "--log-format=text",
                "--log-max-size=0",
                "--log-max-size=512k",
                "--log-keep=0",
                "--supervisor-log=forkless.log"
            })
    void these_are_fine(String option) {
        assertThat(execute("run", "--dry-run", option)).as(err.toString()).isEqualTo(ExitStatus.OK);
    }

    @Test
    void a_dry_run_shows_where_the_files_would_be() {
        execute("run", "--dry-run", "--name=web", "--log-file={name}-{index}.log", "--log-dir=logs/{name}");
        assertThat(out.toString())
                .containsPattern("logs: +.*"
                        + Pattern.quote(
                                Path.of("logs", "web", "{name}-{index}.log").toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "--supervisor-log=logs/worker-0.log",
        "--supervisor-log=logs/worker-12.log.3",
        "--supervisor-log=logs/../logs/worker-0.log",
        "--supervisor-log={name}.log",
        "--supervisor-log=log-{index}",
        "--pid-file={name}.pid",
        "--log-dir=logs/{name}",
    })
    void a_file_that_cannot_be_meant_is_refused(String option) {
        assertThat(execute("run", "--dry-run", "--log-dir=logs", option)).isEqualTo(ExitStatus.USAGE);
        assertThat(execute("start", "--log-dir=logs", option)).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString()).doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"--supervisor-log=logs/{name}.log", "--pid-file={name}.pid", "--supervisor-log=logs/worker-0.log.old"})
    void a_name_has_its_place_in_a_path(String option) {
        assertThat(execute("run", "--dry-run", "--name=web", "--log-dir=logs", option))
                .as(err.toString())
                .isEqualTo(ExitStatus.OK);
    }

    private int execute(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--", ProcessHandle.current().info().command().orElseThrow()));
        CommandLine commandLine =
                Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return Main.execute(arguments, commandLine);
    }
}
