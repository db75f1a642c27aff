package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.Machine;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.ShortTempDir;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Cases A1, A3 and E4 from the field: arguments that come from a file, that do not fit the locale, and what a caller learns
 * from a status. Each run gives up after the first start of a program that prints what it got. The tables of what is
 * understood and what is refused are those of the command's own tests.
 */
class ArgumentsIT {
    private static final long LIMIT_MINUTES = 5;

    private static final String UMLAUTS = "gr\u00fc\u00df";

    /** The same for a shell, whatever the locale of this test. */
    private static final String OCTAL_UMLAUTS = "gr\\303\\274\\303\\237";

    private static final String REMEDY =
            "cannot be passed on as it is: the encoding of this process is US-ASCII;" + " run it with LC_ALL=C.UTF-8";

    private record Result(int status, String out, String err) {}

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    @BeforeEach
    void needs_a_shell() {
        Assumptions.assumeFalse(Machine.isWindows(), "there is no shell on Windows");
    }

    // A1

    private static final List<String> LINES = List.of(
            "--workers=1",
            "",
            "--max-failed-starts=1",
            "--worker-env=GREETING=hello big world # \"quoted\" 'too' C:\\new\\",
            "--worker-env",
            "PLACE=" + UMLAUTS,
            "--",
            "sh",
            "-c",
            "printf '<%s>\\n' \"$GREETING\" \"$PLACE\" \"$@\"",
            "sh",
            " # no comment ",
            "@not-a-file");

    private static final List<String> PRINTED = List.of(
            "<hello big world # \"quoted\" 'too' C:\\new\\>",
            "<" + UMLAUTS + ">",
            "< # no comment >",
            "<@not-a-file>",
            "<@neither>",
            "<--workers>",
            "<two words>");

    @Test
    void a_line_of_a_file_is_one_argument_and_what_is_of_the_command_is_left_alone() throws Exception {
        Files.write(directory.resolve("web.args"), LINES, StandardCharsets.UTF_8);
        Result result = forkless("LC_ALL=C.UTF-8", "run @web.args @neither --workers 'two words'");
        assertThat(result.status()).as(result.err()).isEqualTo(4);
        assertThat(result.out().lines())
                .containsExactlyElementsOf(
                        PRINTED.stream().map(line -> "[0] " + line).toList());
    }

    @Test
    void a_start_passes_a_file_on_also_if_it_can_be_read_only_once() throws Exception {
        Files.write(directory.resolve("web.args"), LINES, StandardCharsets.UTF_8);
        for (String file : List.of("@web.args @neither", "@/dev/stdin @neither < web.args", "@/dev/stdin @neither")) {
            String pipe = file.contains("<") ? "" : "cat web.args | ";
            Result result = forkless(
                    pipe + "LC_ALL=C.UTF-8",
                    "start --log-dir logs " + file.replace("@neither", "@neither --workers 'two words'"));
            assertThat(result.status()).as(result.err()).isEqualTo(4);
            Path log = directory.resolve("logs/worker-0.log");
            assertThat(Files.readAllLines(log, StandardCharsets.UTF_8)).isEqualTo(PRINTED);
            Files.delete(log);
        }
    }

    // A3

    @Test
    void a_script_learns_from_the_status_that_nothing_runs() throws Exception {
        Result run = forkless("", "run --workers 1 --max-failed-starts 1 -- false");
        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err().lines())
                .last()
                .isEqualTo(
                        "forkless: gave up: worker 0: exited with status 1 before it was ready; 1 failed starts in a row");
        assertThat(forkless("", "status").status()).isEqualTo(3);
    }

    // E4

    @Test
    void an_argument_that_the_locale_cannot_carry_is_refused() throws Exception {
        String value = "\"$(printf '" + OCTAL_UMLAUTS + "')\"";
        refused(
                "argument 3, 'GREETING=gr\\xC3\\xBC\\xC3\\x9F', " + REMEDY,
                "run --worker-env GREETING=" + value + " -- false");
        refused("argument 4, 'gr\\xC3\\xBC\\xC3\\x9F', " + REMEDY, "run -- echo " + value);
        Files.write(directory.resolve("web.args"), LINES, StandardCharsets.UTF_8);
        refused(
                "argument file 'web.args': line 6: 'PLACE=gr\\xC3\\xBC\\xC3\\x9F' " + REMEDY,
                "start --log-dir logs @web.args");
        assertThat(directory.resolve("logs")).doesNotExist();
    }

    @Test
    void what_a_worker_inherits_arrives_whatever_the_locale() throws Exception {
        String program = "program-of-this-test";
        String setting = "mkdir -p " + name() + "; printf '#!/bin/sh\\necho \"$GREETING\"' > " + name() + "/" + program
                + "; chmod +x " + name() + "/" + program + "; export GREETING=" + name() + " PATH=\"$PATH:$PWD/\""
                + name()
                + "; LC_ALL=C";
        Result result = forkless(setting, "run --workers 1 --max-failed-starts 1 -- " + program);
        assertThat(result.status()).as(result.err()).isEqualTo(4);
        assertThat(result.out()).isEqualTo("[0] " + UMLAUTS + "\n");
        Result missing = forkless(setting, "run --workers 1 -- nosuch-program");
        assertThat(missing.status()).isEqualTo(127);
        assertThat(missing.err()).endsWith("forkless: cannot start 'nosuch-program': command not found\n");
    }

    @Test
    void a_working_directory_that_the_locale_cannot_name_is_refused() throws Exception {
        Result result = forkless("mkdir " + name() + "; cd " + name() + "; LC_ALL=C", "run --workers 1 -- false");
        if (!result.err().startsWith("Error: ")) { // of the launcher, which does not find the jar from there
            assertThat(result.status()).isEqualTo(3);
            assertThat(result.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("forkless: the working directory '")
                    .endsWith(
                            "/gr\\xC3\\xBC\\xC3\\x9F/' cannot be called by its name: the encoding of this process is US-ASCII;"
                                    + " run it with LC_ALL=C.UTF-8");
        }
        assertThat(result.err()).doesNotContain("Exception", "\tat ");
    }

    private static String name() {
        return "\"$(printf '" + OCTAL_UMLAUTS + "')\"";
    }

    private void refused(String message, String arguments) throws Exception {
        Result result = forkless("LC_ALL=C", arguments);
        assertThat(result.status()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).hasSize(2).first().isEqualTo("forkless: " + message);
    }

    /** @param setting what a shell does before, and a variable at its end; the arguments are words for the shell */
    private Result forkless(String setting, String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", setting + " \"$@\" " + arguments, "sh"));
        Path jar = Path.of(System.getProperty("forkless.it.supervisorJar"))
                .toAbsolutePath()
                .normalize();
        command.addAll(JavaProgram.ofJar(jar.toString())
                .launchedBy(Machine.java())
                .temporary(directory)
                .command());
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("FORKLESS_")
                        || name.endsWith("JAVA_OPTIONS")
                        || List.of("JAVA_TOOL_OPTIONS", "XDG_RUNTIME_DIR", "LC_CTYPE", "LANG")
                                .contains(name));
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
