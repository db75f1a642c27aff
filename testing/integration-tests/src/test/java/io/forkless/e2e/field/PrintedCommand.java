package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.Machine;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged command, with each byte that it has printed. */
final class PrintedCommand implements AutoCloseable {
    private static final long LIMIT_MINUTES = 5;

    private final Process process;
    private final Path out;
    private final Path err;

    private PrintedCommand(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** @param directory of its output, its temporary files, and where it runs */
    static PrintedCommand start(Path directory, List<String> arguments) throws IOException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        String jar = Machine.path(Path.of(System.getProperty("forkless.it.supervisorJar")));
        ProcessBuilder builder = JavaProgram.ofJar(jar, arguments.toArray(String[]::new))
                .launchedBy(Machine.java())
                .temporary(Machine.path(directory))
                .process()
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        return new PrintedCommand(builder.start(), out, err);
    }

    /** Runs it to its end. */
    static PrintedCommand run(Path directory, List<String> arguments) throws IOException, InterruptedException {
        PrintedCommand command = start(directory, arguments);
        if (!command.process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
            command.close();
            throw new AssertionError(arguments + " still runs; it printed:\n" + command.out() + command.err());
        }
        return command;
    }

    PrintedCommand assertStatus(int status) throws IOException {
        assertThat(process.exitValue()).as("%s%s", out(), err()).isEqualTo(status);
        return this;
    }

    byte[] outBytes() throws IOException {
        return Files.readAllBytes(out);
    }

    /** Without what Wine itself says in front, such as that it cannot read the label of a disk. */
    byte[] errBytes() throws IOException {
        byte[] all = Files.readAllBytes(err);
        int start = 0;
        while (Machine.isWindows()
                && new String(all, start, all.length - start, StandardCharsets.ISO_8859_1).startsWith("wine: ")) {
            while (all[start++] != '\n') {
                // to the end of the line
            }
        }
        return Arrays.copyOfRange(all, start, all.length);
    }

    String out() throws IOException {
        return new String(outBytes(), StandardCharsets.UTF_8);
    }

    String err() throws IOException {
        return new String(errBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
