package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.supervisor.CapturedLog;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "/proc is of Linux")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipesOfTest {
    private final CapturedLog log = new CapturedLog();

    @TempDir
    private Path directory;

    private Process process;

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
        log.close();
    }

    @Test
    void what_nobody_has_read_is_read_from_the_same_pipes_until_the_process_ends() throws Exception {
        start(builder("echo one; echo two >&2; read line; echo $line"));
        PipesOf pipes = openInPlaceOfTheParent();
        process.getOutputStream().write("three\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        assertThat(text(pipes.output())).isEqualTo("one\nthree\n");
        assertThat(text(pipes.errors())).isEqualTo("two\n");
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void one_pipe_for_both_streams_is_read_once() throws Exception {
        start(builder("echo one; echo two >&2; read line").redirectErrorStream(true));
        PipesOf pipes = openInPlaceOfTheParent();
        process.getOutputStream().close();
        assertThat(text(pipes.errors())).isEmpty();
        assertThat(text(pipes.output())).isEqualTo("one\ntwo\n");
    }

    @Test
    void a_stream_that_is_a_file_has_nothing_to_read() throws Exception {
        start(builder("echo one; echo two >&2; read line")
                .redirectOutput(directory.resolve("file").toFile()));
        PipesOf pipes = openInPlaceOfTheParent();
        process.getOutputStream().close();
        assertThat(text(pipes.output())).isEmpty();
        assertThat(text(pipes.errors())).isEqualTo("two\n");
    }

    @Test
    void a_fifo_with_a_name_is_no_such_pipe_and_not_waited_for() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        start(builder("exec >'" + fifo + "' 2>&1; echo one")); // waits for a reader
        assertThat(PipesOf.open(process.pid()).map(PipesOf::errors)).isPresent();
        process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
        start(builder("read line <&0")
                .redirectOutput(directory.resolve("a").toFile())
                .redirectErrorStream(true));
        assertThat(PipesOf.open(process.pid())).isEmpty();
    }

    @Test
    void a_process_that_has_ended_has_none() throws Exception {
        start(builder("true"));
        process.waitFor();
        assertThat(PipesOf.open(process.pid())).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    private static ProcessBuilder builder(String script) {
        return new ProcessBuilder("sh", "-c", script);
    }

    private void start(ProcessBuilder builder) throws IOException {
        process = builder.start();
    }

    /** This process reads no more, as if it had died: it would take what is left when the other one exits. */
    private PipesOf openInPlaceOfTheParent() throws IOException {
        PipesOf pipes = PipesOf.open(process.pid()).orElseThrow();
        process.getInputStream().close();
        process.getErrorStream().close();
        return pipes;
    }

    private static String text(InputStream in) throws IOException {
        // Buffered, as of itself a stream of a file looks first how much of the file is left.
        return new String(new BufferedInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
    }
}
