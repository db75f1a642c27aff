package io.forkless.cli.arguments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.internal.control.NativeText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.UnmatchedArgumentException;

class ArgumentsTest {
    private static final String SIGNS = "gr\u00fc\u00df \u65e5\u672c \ud83d\ude00 e\u0301";

    @TempDir
    Path directory;

    @Command(
            name = "tool",
            subcommands = {Run.class, Show.class},
            mixinStandardHelpOptions = true)
    private static final class Tool {
        @Option(names = {"-n", "--dry-run"})
        private boolean dryRun;
    }

    @Command(name = "run", mixinStandardHelpOptions = true)
    private static final class Run {
        @Option(names = {"-w", "--workers"})
        private int workers;

        @Option(names = "--name")
        private String name;

        @Option(names = "--env")
        private List<String> environment;

        @Option(names = {"-n", "--dry-run"})
        private boolean dryRun;

        @Parameters
        private List<String> command;
    }

    @Command(name = "show")
    private static final class Show {
        @Option(names = "--dry-run")
        private boolean dryRun;

        @Parameters
        private List<String> what;
    }

    /** What the file {@code f} stands for is written as F in the second column, and f is its name in the first one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run @f                            | run F
            run @f -- app @f                  | run F -- app @f
            run -- @f                         | run -- @f
            run -- app -- @f                  | run -- app -- @f
            run @f app @f                     | run F app @f
            run app @f                        | run app @f
            run app -w @f                     | run app -w @f
            run --name web app @f             | run --name web app @f
            run --name web @f app @f          | run --name web F app @f
            run --name=web app @f             | run --name=web app @f
            run --name @f app @f              | run --name F app @f
            run --env A=B --env=C=D app @f    | run --env A=B --env=C=D app @f
            run --env run app @f              | run --env run app @f
            run -w 4 app @f                   | run -w 4 app @f
            run -w4 app @f                    | run -w4 app @f
            run -w=4 app @f                   | run -w=4 app @f
            run -nw 4 app @f                  | run -nw 4 app @f
            run -nw4 app @f                   | run -nw4 app @f
            run -n app @f                     | run -n app @f
            run --dry-run app @f              | run --dry-run app @f
            run --dry-run=true app @f         | run --dry-run=true app @f
            run run @f                        | run run @f
            run - @f                          | run - @f
            run @@f @f                        | run @f @f
            run @@f -w @f                     | run @f -w @f
            run --name @@f app                | run --name @f app
            run @@@f                          | run @@f
            run app @@f                       | run app @@f
            run -- @@f                        | run -- @@f
            run @ @f                          | run @ @f
            run --name=@f app                 | run --name=@f app
            run a@f                           | run a@f
            show @f                           | show F
            show x @f                         | show x @f
            @f                                | F
            @f run @f                         | F run F
            @f -- run @f                      | F -- run @f
            -- run @f                         | -- run @f
            """)
    void a_file_is_read_where_an_option_could_be_and_not_from_the_command_on(String given, String expanded)
            throws Exception {
        String file = write("f", "--dry-run\n").toString();
        assertThat(read(List.of(named(given, file))).expanded())
                .containsExactly(named(expanded.replaceAll("\\bF\\b", "--dry-run"), file));
    }

    @Test
    void each_line_is_one_argument_as_it_is() throws Exception {
        List<String> lines = List.of(
                "--env=GREETING=hello big world",
                "--env=HASH=# no comment #",
                "--env=QUOTES=\"double\" 'single' \"",
                "--env=BACKSLASHES=C:\\new\\temp\\",
                "--env=TABS=\t\tx\t",
                "--env=BLANK=  ",
                "--env=EMPTY=",
                "--env=DOLLAR=$HOME ${sys:user.home} `id` %PATH% !x *",
                "--env=SIGNS=" + (NativeText.isIntact(SIGNS) ? SIGNS : ""),
                "--env=BOM=" + (NativeText.isIntact("\ufeff") ? "\ufeff" : ""),
                "--env=AT=@x",
                "--env",
                "@not-a-file",
                "--env",
                " # ",
                "--",
                "sh",
                "# of the command",
                " '@x' ",
                "@y",
                "@@z",
                "--");
        Path file = write("f", String.join("\n", lines));
        for (String end : List.of("\n", "\r\n")) {
            for (String mark : List.of("", "\ufeff")) {
                write("f", mark + String.join(end, lines) + end + end);
                assertThat(read(List.of("run", "@" + file, "@" + file)).expanded())
                        .containsExactlyElementsOf(flat("run", lines, "@" + file));
            }
        }
        assertThat(read(List.of("run", "@" + file)).files()).containsExactly(file);
    }

    @Test
    void empty_lines_are_skipped_and_the_last_line_needs_no_end() throws Exception {
        Path file = write("f", "\n\r\n--name\n\n\nweb\n\n--\n\nsh");
        assertThat(read(List.of("run", "@" + file)).expanded()).containsExactly("run", "--name", "web", "--", "sh");
        for (String nothing : List.of("", "\n", "\r\n\r\n", "\ufeff")) {
            assertThat(read(List.of("run", "@" + write("f", nothing), "sh")).expanded())
                    .containsExactly("run", "sh");
        }
    }

    @Test
    void a_lone_carriage_return_ends_no_line() throws Exception {
        Path file = write("f", "--env=A=1\r2\n");
        assertThat(read(List.of("run", "@" + file)).expanded()).containsExactly("run", "--env=A=1\r2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # comment            | line 2: a file of arguments has no comments
            @other               | line 2: '@other' is not read: a file of arguments cannot name another one
            ' --name'            | line 2: it begins with a blank, which would belong to the argument
            ' '                  | line 2: it begins with a blank, which would belong to the argument
            --name web           | line 2: each line is one argument: write '--name=web', or two lines
            -w  4                | line 2: each line is one argument: write '-w=4', or two lines
            --env A=b c          | line 2: each line is one argument: write '--env=A=b c', or two lines
            """)
    void what_would_be_the_first_word_of_the_command_by_mistake_is_refused(String line, String message)
            throws Exception {
        Path file = write("f", "--dry-run\n" + line + "\n");
        assertThatThrownBy(() -> read(List.of("run", "@" + file)))
                .isInstanceOf(ParameterException.class)
                .hasMessage("argument file '" + file + "': " + message);
        write("f", "--\n" + line + "\n");
        assertThat(read(List.of("run", "@" + file)).expanded()).containsExactly("run", "--", line);
    }

    @Test
    void a_file_that_cannot_be_read_is_named_with_the_reason() throws Exception {
        Path missing = directory.resolve("missing");
        refused(missing, "there is no such file; @@ in place of @ begins an argument that is not a file's name");
        refused(
                missing.resolve("x"),
                "there is no such file; @@ in place of @ begins an argument that is not a file's name");
        refused(directory, "it is a directory");
        refused(write("zero", "--name=x\na\0b\n"), "line 2 has a NUL character");
        refused(write("latin1", "\n\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1)), "line 3 is not UTF-8");
        refused(write("cut", new byte[] {'a', '\n', (byte) 0xC3}), "line 2 is not UTF-8");
        refused(write("utf16", "--name\n".getBytes(StandardCharsets.UTF_16)), "line 1 is not UTF-8");
        refused(write("huge", "x".repeat((1 << 20) + 1)), "it has more than 1048576 bytes");
        assertThat(read(List.of("run", "@" + write("big", "x".repeat(1 << 20)))).expanded())
                .hasSize(2);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no /dev/zero")
    void a_file_without_end_is_refused() {
        refused(Path.of("/dev/zero"), "it has more than 1048576 bytes");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no modes of files")
    void a_file_of_somebody_else_is_named_with_the_reason() throws Exception {
        Path file = write("secret", "--name=web\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file), "root may read it");
        refused(file, "permission denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--nosuch", "--nosuch=x", "-x", "-nx", "--workers4"})
    void an_option_that_does_not_exist_is_told_before_anything_else(String option) {
        assertThatThrownBy(() -> read(List.of("run", option)))
                .isInstanceOf(UnmatchedArgumentException.class)
                .hasMessage("Unknown option: '" + option + "'");
        assertThat(read(List.of("run", "--help", option)).expanded()).hasSize(3);
    }

    @Test
    void an_option_before_the_name_of_its_command_is_told_where_it_belongs() {
        assertThatThrownBy(() -> read(List.of("--workers=3", "run", "sh")))
                .hasMessage("'--workers' comes after the command's name: tool COMMAND --workers=3");
    }

    @Test
    void another_process_gets_what_was_given() throws Exception {
        Path file = write("f", "--name\nweb\n");
        assertThat(read(List.of("run", "@" + file, "--env", "@@x", "--", "sh", "@y", "run"))
                        .afterName())
                .containsExactly("@" + file, "--env", "@@x", "--", "sh", "@y", "run");
        assertThat(read(List.of("run")).afterName()).isEmpty();
    }

    @Test
    void another_process_gets_the_lines_themselves_if_the_name_of_the_command_is_in_a_file() throws Exception {
        Path file = write("f", "run\n--env\n@x\n--env\n@@y\n--\n@z\n@@z\n");
        List<String> words = read(List.of("@" + file, "@v")).afterName();
        assertThat(words).containsExactly("--env", "@@x", "--env", "@@@y", "--", "@z", "@@z", "@v");
        assertThat(read(flat("run", words)).expanded())
                .containsExactly("run", "--env", "@x", "--env", "@@y", "--", "@z", "@@z", "@v");
        write("f", "run");
        assertThat(read(List.of("@" + file, "--name", "a", "b")).afterName()).containsExactly("--name", "a", "b");
    }

    private void refused(Path file, String reason) {
        assertThatThrownBy(() -> read(List.of("run", "@" + file)))
                .isInstanceOf(ParameterException.class)
                .hasMessage("argument file '" + file + "': " + reason);
    }

    private static Arguments read(List<String> given) {
        return Arguments.of(given, new CommandLine(new Tool()));
    }

    private Path write(String name, String text) throws Exception {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String name, byte[] bytes) throws Exception {
        return Files.write(directory.resolve(name), bytes);
    }

    /** The words, with that file as f. */
    private static String[] named(String words, String file) {
        return Stream.of(words.split(" "))
                .map(word -> word.endsWith("@f") ? word.substring(0, word.length() - 1) + file : word)
                .toArray(String[]::new);
    }

    private static List<String> flat(String first, List<String> middle, String... last) {
        return Stream.of(Stream.of(first), middle.stream(), Stream.of(last))
                .flatMap(words -> words)
                .toList();
    }
}
