package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.PosixSignals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** In the background of a terminal that script(1) makes. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "script(1) of Linux")
class TerminalTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    /** With {@code stty tostop} each line that a background process writes is a TTOU. */
    @Test
    void a_supervisor_in_the_background_may_write_and_does_not_scale_down_for_it() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script(1) is not there");
        List<String> command = JavaProgram.of(Main.class, "run", "--workers", "3", "--", "sleep", "600")
                .temporary(directory)
                .command();
        String job = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        Path pid = directory.resolve("pid");
        Path shell = Files.writeString(
                directory.resolve("shell"), "set -m\nstty tostop\n" + job + " &\necho $! > " + pid + "\nwait\n");
        Path shown = directory.resolve("shown");
        Process terminal = new ProcessBuilder("script", "-qfec", "sh " + shell, shown.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true)
                .start(); // with a standard input that does not end
        try {
            awaitShown(shown, "worker 2 (pid ");
            signal("USR1", pid); // of which it has something to say
            awaitShown(shown, "SIGUSR1: there are no log files");
            signal("TERM", pid);
            awaitShown(shown, "stopped: DRAINED");
            assertThat(terminal.onExit().get(60, TimeUnit.SECONDS).exitValue()).isZero();
            assertThat(Files.readString(shown)).doesNotContain("scaling");
        } finally {
            terminal.descendants().forEach(ProcessHandle::destroyForcibly);
            terminal.destroyForcibly().onExit().join();
        }
    }

    private static void awaitShown(Path shown, String text) {
        await(text)
                .ignoreExceptions()
                .atMost(LIMIT)
                .until(() -> Files.readString(shown).contains(text));
    }

    private static void signal(String name, Path pid) throws IOException, InterruptedException {
        PosixSignals.send(name, Long.parseLong(Files.readString(pid).strip()));
    }
}
