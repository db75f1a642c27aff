package io.forkless.e2e.field;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.e2e.RunningProgram;
import io.forkless.testing.IgnoredSignals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A terminal that script(1) makes, with an interactive shell on it, as somebody has it who logs in. */
final class PseudoTerminal implements AutoCloseable {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final String CTRL_C = "\u0003";

    private final Path transcript;
    private final Process process;

    /** @param directory where the shell begins */
    PseudoTerminal(Path directory) throws IOException {
        assumeTrue(Files.isExecutable(SCRIPT), "script(1) is not there");
        transcript = directory.resolve("transcript");
        List<String> command = new ArrayList<>(IgnoredSignals.resetting());
        command.addAll(List.of(SCRIPT.toString(), "-qfec", "exec bash --norc --noprofile -i", transcript.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("FORKLESS_") || name.endsWith("JAVA_OPTIONS"));
        builder.environment().remove("XDG_RUNTIME_DIR"); // it would win over the directory of the test
        builder.environment().put("SHELL", "/bin/sh");
        process = builder.start();
    }

    void type(String line) throws IOException {
        write(line + "\n");
    }

    void pressCtrlC() throws IOException {
        write(CTRL_C);
    }

    private void write(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    String shown() {
        try {
            return Files.readString(transcript, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // nothing yet
        }
    }

    void awaitShown(String text) {
        awaitThat("the terminal shows '" + text + "'", () -> shown().contains(text));
    }

    /** Waits for that; if in vain, the failure has what was shown. */
    void awaitThat(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(RunningProgram.PATIENCE)
                    .ignoreExceptions()
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "; the terminal showed:\n" + shown(), e);
        }
    }

    /** As when its window is closed, or the network to it fails: nobody holds the other end any more. */
    void hangUp() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        hangUp();
    }
}
