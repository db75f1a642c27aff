package io.forkless.e2e.field;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.Machine;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who runs the packaged command.
 *
 * @param directory where he is; his own
 * @param temporary the machine's directory for temporary files
 * @param prefix what runs the command, as another user, say
 * @param environment what is set; of what the table of environments is about nothing else is
 */
record Caller(Path directory, Path temporary, List<String> prefix, Map<String, String> environment) {
    /** What may be there or not, and differ. */
    private static final Set<String> TABLE = Set.of(
            "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "HOME", "TMPDIR", "USER", "LOGNAME", "DBUS_SESSION_BUS_ADDRESS");

    private static final long LIMIT_MINUTES = 5;

    /** How a command has ended, and what it has printed to either stream. */
    record Answer(int status, String text) {
        Answer assertStatus(int expected) {
            assertThat(status).as(text).isEqualTo(expected);
            return this;
        }
    }

    Caller(Path directory, Path temporary) {
        this(directory, temporary, List.of(), Map.of());
    }

    Caller in(Map<String, String> otherEnvironment) {
        return new Caller(directory, temporary, prefix, otherEnvironment);
    }

    Caller below(List<String> otherPrefix) {
        return new Caller(directory, temporary, otherPrefix, environment);
    }

    /** @param output gets both streams */
    Process start(Path output, List<String> arguments) throws IOException {
        ProcessBuilder builder = program("forkless.it.supervisorJar", arguments)
                .below(prefix)
                .process()
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(TABLE);
        builder.environment().putAll(environment);
        return builder.start();
    }

    Answer call(String... arguments) throws Exception {
        Path output = Files.createTempFile(temporary.getParent(), "answer", "");
        Process process = start(output, List.of(arguments));
        boolean ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        String text = Files.readString(output);
        assertThat(ended)
                .as("%s has ended; it printed: %s", List.of(arguments), text)
                .isTrue();
        return new Answer(process.exitValue(), text);
    }

    private JavaProgram program(String jar, List<String> arguments) throws IOException {
        Path file = readable(Path.of(System.getProperty(jar)));
        return JavaProgram.ofJar(Machine.path(file), arguments.toArray(String[]::new))
                .launchedBy(Machine.java())
                .temporary(Machine.path(temporary));
    }

    /** Another user may not come to where this was built. */
    private Path readable(Path jar) throws IOException {
        if (prefix.isEmpty()) {
            return jar;
        }
        Path copy = temporary.getParent().resolve(jar.getFileName());
        return Files.exists(copy) ? copy : Files.copy(jar, copy);
    }

    /** The command of the Jetty example on that port, as a worker of what this caller starts. */
    List<String> worker(int port) throws IOException {
        Path jar = Path.of(System.getProperty("forkless.it.examples"), "jetty-hello", "target", "jetty-hello.jar");
        return JavaProgram.ofJar(Machine.path(readable(jar)), "--host", "127.0.0.1", "--port", Integer.toString(port))
                .launchedBy(Machine.javaForPrograms())
                .temporary(Machine.path(temporary))
                .command();
    }
}
