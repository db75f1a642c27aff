package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.NativeText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** What becomes of a command line, as far as no process is started. */
class CommandLineTest {
    @TempDir
    Path directory;

    /** What a locale with UTF-8 can carry, and others perhaps not; that they refuse it is tried on the packaged command. */
    private static final String SIGNS = NativeText.isIntact("\u00fc\u65e5") ? "\u00fc\u65e5" : "u";

    private record Result(int status, String out, String err) {}

    static Stream<Arguments> mistakes() {
        String times = ", such as 30 or 30s for seconds, 500ms, 5m, 2h, 1d";
        String sizes = ", such as 512 or 512m for MiB, 2g for GiB";
        return Stream.of(
                mistake("Missing required subcommand"),
                mistake("Unmatched argument at index 0: 'rum'", "rum"),
                mistake("'--name' comes after the command's name: forkless COMMAND --name", "--name", "web", "status"),
                mistake("Unknown option: '--nosuch'", "--nosuch", "run", "true"),
                mistake("Unknown option: '--nosuch'", "run", "--nosuch"),
                mistake("Unknown option: '--dryrun'", "run", "--dryrun", "--", "true"),
                mistake("Unknown option: '-x'", "run", "-x"),
                mistake("'-1' is a number after '--' only: forkless scale -- -1", "scale", "-1"),
                mistake("Unmatched argument at index 1: 'web'", "status", "web"),
                mistake("Missing required parameter: 'N'", "scale"),
                mistake("Missing required parameter: 'COMMAND'", "run"),
                mistake("Missing required parameter: 'COMMAND'", "run", "--"),
                mistake("Missing required parameter: 'COMMAND'", "run", "--workers", "4", "--"),
                mistake("Missing required parameter for option '--name' (NAME)", "run", "--name"),
                mistake(
                        "Expected parameter for option '--name' but found '--workers'",
                        "run",
                        "--name",
                        "--workers",
                        "4"),
                mistake("Expected parameter for option '--name' but found '--'", "run", "--name", "--", "true"),
                mistake("option '--name' (NAME) should be specified only once", "run", "--name=a", "--name=b", "true"),
                invalid("--name", "'' is not a supervisor name", "run", "--name", "", "true"),
                invalid("--name", "'../x' is not a supervisor name", "run", "--name=../x", "true"),
                invalid("--name", "'a b' is not a supervisor name", "run", "--name=a\nb", "true"),
                invalid("--name", "'../x' is not a supervisor name", "status", "--name", "../x"),
                invalid("--log-dir", "'' is not the name of a file", "run", "--log-dir", "", "true"),
                invalid("--pid-file", "' ' is not the name of a file", "run", "--pid-file= ", "true"),
                mistake("--log-dir is missing", "start", "--", "true"),
                mistake(
                        "--listen: 127.0.0.1:8080 is given twice",
                        "run",
                        "-l127.0.0.1:8080",
                        "-l=127.0.0.1:8080",
                        "true"),
                mistake("--listen: *:8080 is given twice", "run", "-l", "8080", "--listen", "*:8080", "true"),
                invalid(
                        "--listen' (ADDRESS)",
                        "'localhost' is not an address to listen on",
                        "run",
                        "-l",
                        "localhost",
                        "true"),
                invalid(
                        "--listen' (ADDRESS)",
                        "'localhost:65536' is not an address",
                        "run",
                        "-l",
                        "localhost:65536",
                        "true"),
                invalid("--worker-env' (NAME=VALUE)", "'A' is not NAME=VALUE", "run", "--worker-env", "A", "true"),
                invalid("--worker-env' (NAME=VALUE)", "'=A' is not NAME=VALUE", "run", "--worker-env", "=A", "true"),
                invalid("--worker-env' (NAME=VALUE)", "'' is not NAME=VALUE", "run", "--worker-env=", "true"),
                mistake("Missing required parameter for option '--worker-env' (NAME=VALUE)", "run", "--worker-env"),
                invalid("--workers", "'0' is not a whole number from 1 to 1024", "run", "-w", "0", "true"),
                invalid("--workers", "'1025' is not a whole number from 1 to 1024", "run", "-w1025", "true"),
                invalid("--workers", "'0x10' is not a whole number", "run", "-w", "0x10", "true"),
                invalid("--workers", "'99999999999' is not a whole number", "run", "-w", "99999999999", "true"),
                invalid("--workers", "'-1' is not a whole number", "run", "--workers=-1", "true"),
                invalid("--max-surge", "'0' is not a whole number from 1 to 1024", "run", "--max-surge", "0", "true"),
                invalid(
                        "--max-failed-starts",
                        "'0' is not a whole number from 1 to 1000000",
                        "run",
                        "--max-failed-starts=0",
                        "true"),
                invalid(
                        "--max-connections",
                        "'-5' is not a whole number from 0 to 1000000000000",
                        "run",
                        "--max-connections=-5",
                        "true"),
                invalid(
                        "--log-keep",
                        "'2147483648' is not a whole number from 0 to 1000",
                        "run",
                        "--log-keep",
                        "2147483648",
                        "true"),
                invalid(
                        "--max-rss",
                        "'17592186044417' is too big: use 0, or 1m to 16t" + sizes,
                        "run",
                        "--max-rss",
                        "17592186044417",
                        "true"),
                invalid(
                        "--max-rss",
                        "'512q' is not a size: use 0, or 1m to 16t" + sizes,
                        "run",
                        "--max-rss",
                        "512q",
                        "true"),
                invalid(
                        "--log-max-size",
                        "'9999999999999' is too big: use 0, or 1k to 16t" + sizes,
                        "run",
                        "--log-max-size",
                        "9999999999999",
                        "true"),
                invalid("--log-max-size", "'-1' is not a size", "run", "--log-max-size=-1", "true"),
                invalid(
                        "--boot-timeout",
                        "'NaN' is not a time: use 1ms to 365d" + times,
                        "run",
                        "--boot-timeout",
                        "NaN",
                        "true"),
                invalid(
                        "--boot-timeout",
                        "'0' is too short: use 1ms to 365d" + times,
                        "run",
                        "--boot-timeout",
                        "0",
                        "true"),
                invalid(
                        "--ready-hold",
                        "'0.0001' is too short: use 0, or 1ms to 365d" + times,
                        "run",
                        "--ready-hold",
                        "0.0001",
                        "true"),
                invalid("--drain-timeout", "'1e18' is not a time", "run", "--drain-timeout", "1e18", "true"),
                invalid("--drain-timeout", "'366d' is too long", "run", "--drain-timeout", "366d", "true"),
                invalid(
                        "--hang-timeout",
                        "'0.5' is too short: use 0, or 1s to 365d" + times,
                        "run",
                        "--hang-timeout",
                        "0.5",
                        "true"),
                invalid("--max-age", "'-1' is not a time: use 0, or 1s to 365d" + times, "run", "--max-age=-1", "true"),
                invalid(
                        "--socket-mode",
                        "'0680' is not an octal mode from 0000 to 0777, such as 0660",
                        "run",
                        "-l",
                        "unix:x",
                        "--socket-mode",
                        "0680",
                        "true"),
                invalid(
                        "--socket-mode",
                        "'1777' is not an octal mode",
                        "run",
                        "-l",
                        "unix:x",
                        "--socket-mode=1777",
                        "true"),
                mistake(
                        "--socket-mode, --socket-owner and --socket-group are for --listen unix:PATH, which is missing",
                        "run",
                        "-l",
                        "127.0.0.1:0",
                        "--socket-mode",
                        "0600",
                        "true"),
                mistake(
                        "group 'a b' is not the name of an account",
                        "run",
                        "-l",
                        "unix:x",
                        "--socket-group",
                        "a b",
                        "true"),
                mistake("fast start: 'true' is not java", "run", "--fast-start", "archives", "true"),
                mistake(
                        "fast start: the command has '-XX:AOTCache=mine' of its own",
                        "run",
                        "--fast-start",
                        "archives",
                        "java",
                        "-XX:AOTCache=mine",
                        "Main"),
                mistake("argument file 'no-such-file': there is no such file", "run", "@no-such-file"),
                mistake("argument file 'no-such-file': there is no such file", "@no-such-file", "run"));
    }

    @ParameterizedTest
    @MethodSource
    void mistakes(String message, List<String> arguments) {
        Result result = execute(arguments);
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        List<String> lines = result.err().lines().toList();
        assertThat(lines).first().asString().startsWith("forkless: " + message);
        assertThat(lines).last().asString().matches("Try 'forkless( [a-z]+)? --help'\\.");
        assertThat(lines.subList(1, lines.size() - 1)) // for a word that is nearly right
                .allMatch(line -> line.matches("(Possible solutions|Did you mean): .*"));
    }

    @Test
    void a_word_that_is_nearly_right_is_set_right() {
        assertThat(execute(List.of("run", "--worker", "3")).err())
                .contains("Possible solutions: --workers, --worker-env");
        assertThat(execute(List.of("rum")).err()).contains("Did you mean: forkless run?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "B=hello big world",
                "B=\"a b\"",
                "B=\"a=b\"=c",
                "B='",
                "B=\"",
                "B=\\",
                "B=\\\"x\\\"",
                "B=C:\\new\\",
                "B=",
                "B==",
                "B=a,b;c|d",
                "B=#x",
                "B=@x",
                "B=${sys:user.home}",
                "B= x ",
                "B=--name",
                "B=~",
                "B=a\nb",
                "B.C-d=1"
            })
    void a_variable_for_workers_is_taken_as_it_is(String variable) {
        for (List<String> given : List.of(List.of("--worker-env", variable), List.of("--worker-env=" + variable))) {
            List<String> arguments = new ArrayList<>(List.of("run", "--dry-run"));
            arguments.addAll(given);
            arguments.addAll(List.of("--", "sh"));
            assertThat(execute(arguments).out()).contains("variable: " + variable + System.lineSeparator());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run --dry-run -- sh --workers 4 @x          | sh --workers 4 @x
            run --dry-run sh --workers 4 @x -- -        | sh --workers 4 @x -- -
            run --name web --dry-run java @x            | java @x
            run -w 3 --dry-run -- -- @x                 | -- @x
            run --dry-run @@x y                         | @x y
            """)
    void what_follows_the_command_is_its_own(String arguments, String command) {
        assertThat(execute(List.of(arguments.split(" "))).out())
                .contains("command:  " + command + System.lineSeparator());
    }

    @Test
    void a_file_gives_options_and_the_command() throws Exception {
        Path file = Files.writeString(
                directory.resolve("web args"),
                "--workers\n3\n\n--worker-env=GREETING=hello big world\n--worker-env=PLACE=" + SIGNS
                        + " # \"\\x\"\n--dry-run\n--\nsh\n",
                StandardCharsets.UTF_8);
        Result result = execute(List.of("run", "@" + file, "@x"));
        assertThat(result.out().lines())
                .contains(
                        "workers:  3",
                        "command:  sh @x",
                        "variable: GREETING=hello big world",
                        "variable: PLACE=" + SIGNS + " # \"\\x\"");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "memory of a process is known on Linux only")
    void numbers_may_have_units() {
        List<String> words = List.of(
                "--boot-timeout=1m30s",
                "--ready-hold=500ms",
                "--drain-timeout=0.5h",
                "--hang-timeout=1.5s",
                "--max-age=1d",
                "--max-rss=512m",
                "--log-max-size=64KiB",
                "--workers=010",
                "--max-connections=1000000000000");
        List<String> arguments = new ArrayList<>(List.of("run", "--dry-run"));
        arguments.addAll(words);
        arguments.add("true");
        assertThat(execute(arguments))
                .satisfies(result -> assertThat(result.err()).isEmpty())
                .satisfies(result -> assertThat(result.out()).contains("workers:  10"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "start"})
    void help_tells_of_files_and_units(String command) {
        String help = execute(List.of(command, "--help")).out().replaceAll("\\s+", " ");
        assertThat(help)
                .contains("@FILE", "Each line is one argument as it is", "500ms, 30s, 5m, 2h, 1d", "64k, 512m, 2g")
                .contains("--max-rss=SIZE", "--boot-timeout=TIME", "default: 60s", "default: 10m");
    }

    private static Result execute(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setColorScheme(
                        Help.defaultColorScheme(Help.Ansi.OFF)); // which picocli turns on as TERM says on Windows
        int status = Main.execute(arguments, commandLine);
        return new Result(status, out.toString(), err.toString());
    }

    private static Arguments mistake(String message, String... arguments) {
        return Arguments.of(message, List.of(arguments));
    }

    private static Arguments invalid(String option, String message, String... arguments) {
        return mistake(
                "Invalid value for option '" + option + (option.contains("'") ? ": " : "': ") + message, arguments);
    }
}
