package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.JavaProgram;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A JVM that nobody reads, as after the death of its supervisor. */
class OutputPipesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String LINE = "x".repeat(2100);

    @TempDir
    private Path directory;

    private Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is of Linux")
    void neither_the_process_nor_its_children_fail_or_wait_and_the_latest_is_kept() throws Exception {
        start(false);
        process.getInputStream().close();
        process.getErrorStream().close();
        say("go");
        awaitSaid("child 0");
        List<String> said = awaitSaid("dropped");
        long dropped = Long.parseLong(said.get(said.size() - 1).split(" ")[1]);
        try (InputStream output = reopened("1");
                InputStream errors = reopened("2")) {
            byte[] fromOutput = output.readNBytes(output.available());
            byte[] fromErrors = errors.readNBytes(errors.available());
            assertThat(dropped + fromOutput.length + fromErrors.length).isEqualTo(Printing.BYTES);
            assertThat(lines(fromOutput)).last().isEqualTo("the last line");
            assertThat(lines(fromErrors)).last().isEqualTo("the last error");
            assertThat(fromOutput.length).isGreaterThan(OutputPipes.MOST_KEPT / 2);
            say("end"); // what is written to the pipe now stays in it
            assertThat(new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8)).readLine())
                    .isEqualTo("read again");
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is of Linux")
    void one_pipe_for_both_streams_is_held_once() throws Exception {
        start(true);
        process.getInputStream().close();
        say("go");
        awaitSaid("child 0");
        awaitSaid("dropped");
        assertThat(awaitSaid("held")).contains("held 1");
    }

    @Test
    void what_is_no_pipe_stays_as_it_is() {
        OutputPipes pipes = OutputPipes.hold(); // the streams of this test belong to others
        assertThat(pipes.adopted()).isZero();
    }

    private InputStream reopened(String descriptor) throws IOException {
        return new BufferedInputStream(new FileInputStream("/proc/" + process.pid() + "/fd/" + descriptor));
    }

    private void start(boolean onePipe) throws IOException {
        process = JavaProgram.of(Printing.class, directory.resolve("said").toString())
                .process()
                .redirectErrorStream(onePipe)
                .start();
    }

    private void say(String word) throws IOException {
        process.getOutputStream().write((word + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    private List<String> awaitSaid(String prefix) {
        Path said = directory.resolve("said");
        await().atMost(LIMIT)
                .until(() -> Files.exists(said)
                        && Files.readAllLines(said).stream().anyMatch(line -> line.startsWith(prefix)));
        try {
            return Files.readAllLines(said).stream()
                    .filter(line -> line.startsWith(prefix))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    /** Prints much more than a pipe takes, has a child print as well, and says in a file how it has fared. */
    static final class Printing {
        private static final int LINES = 500;
        private static final int CHILD_LINES = 20_000;
        static final long BYTES = 2L * LINES * (LINE.length() + 1)
                + 6L * CHILD_LINES
                + "the last line\n".length()
                + "the last error\n".length();

        public static void main(String[] arguments) throws Exception {
            Path said = Path.of(arguments[0]);
            OutputPipes pipes = OutputPipes.hold();
            System.in.read();
            pipes.orphaned();
            for (int i = 0; i < LINES; i++) {
                System.out.println(LINE);
                System.err.println(LINE);
            }
            // As a command that dies of SIGPIPE, or fails if that is ignored.
            int status = new ProcessBuilder("seq", "10001", Integer.toString(10_000 + CHILD_LINES))
                    .inheritIO()
                    .start()
                    .waitFor();
            System.out.println("the last line");
            System.err.println("the last error");
            boolean failed = System.out.checkError() || System.err.checkError();
            Files.writeString(
                    said,
                    "child " + status + (failed ? " and a stream has failed" : "") + "\nheld " + held() + "\ndropped "
                            + pipes.adopted() + "\n");
            System.in.skip("o\n".length());
            System.in.read();
            System.out.println("read again");
            System.in.readAllBytes();
        }

        private static long held() throws IOException {
            try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
                return descriptors.filter(Printing::isPipe).count() - 3; // the standard streams
            }
        }

        private static boolean isPipe(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString().startsWith("pipe:");
            } catch (IOException e) {
                return false; // that of the directory
            }
        }
    }
}
