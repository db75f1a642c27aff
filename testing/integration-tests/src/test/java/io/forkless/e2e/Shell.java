package io.forkless.e2e;

import io.forkless.testing.IgnoredSignals;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An interactive shell, as far as it matters: commands are entered one after the other and share directory and variables; one
 * in the foreground is a process group of its own, to which Ctrl-C goes.
 */
final class Shell implements AutoCloseable {
    /** How a command has ended, and what it has printed to either stream. */
    record Result(int status, String output) {}

    private final Path outputs;
    private final Process bash;
    private final Writer in;
    private final BufferedReader out;
    private int commands;

    /**
     * @param directory where it begins
     * @param programs a directory that comes first in the search for programs
     * @param outputs where it writes what the commands print
     */
    Shell(Path directory, Path programs, Path outputs) throws IOException {
        this.outputs = outputs;
        List<String> command = new ArrayList<>(IgnoredSignals.resetting());
        command.addAll(List.of("bash", "-u", "-o", "pipefail"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment()
                .keySet()
                .removeIf(
                        name -> name.matches("FORKLESS_.*|.*JAVA_OPTIONS|JAVA_TOOL_OPTIONS|XDG_RUNTIME_DIR|BASH_ENV"));
        builder.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);
        bash = builder.start();
        in = bash.outputWriter(StandardCharsets.UTF_8);
        in.write("set -m\n"); // process groups; as an option it would look for a terminal
        out = bash.inputReader(StandardCharsets.UTF_8);
    }

    /** The commands in there, each with all its lines. */
    static List<String> commands(List<String> lines) throws IOException, InterruptedException {
        List<String> commands = new ArrayList<>();
        StringBuilder begun = new StringBuilder();
        for (String line : lines) {
            begun.append(line).append('\n');
            if (!line.endsWith("\\") && isComplete(begun.toString())) {
                String command = begun.toString().strip();
                if (!command.lines().allMatch(part -> part.isBlank() || part.startsWith("#"))) {
                    commands.add(command);
                }
                begun.setLength(0);
            }
        }
        if (!begun.isEmpty()) {
            throw new AssertionError("no command of a shell: " + begun);
        }
        return commands;
    }

    private static boolean isComplete(String command) throws IOException, InterruptedException {
        Process check = new ProcessBuilder("bash", "-n", "-c", command)
                .redirectErrorStream(true)
                .start();
        return check.inputReader().readLine() == null && check.waitFor() == 0;
    }

    /** Returns when it has ended. */
    Result run(String command) throws Exception {
        Path output = nextOutput();
        return new Result(number(enter(command, output, "\necho $?")), Files.readString(output));
    }

    /** Begins one in the foreground, as far as it can tell. */
    Foreground begin(String command) throws Exception {
        Path output = nextOutput();
        return new Foreground(number(enter(command, output, " &\necho $!")), output);
    }

    private String enter(String command, Path output, String then) throws Exception {
        in.write("{ " + command + "\n} </dev/null >" + output + " 2>&1" + then + "\n");
        in.flush();
        return answer();
    }

    private String answer() throws Exception {
        return CompletableFuture.supplyAsync(this::readLine).get(RunningProgram.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private String readLine() {
        try {
            return String.valueOf(out.readLine());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String answer) {
        if (!answer.matches("\\d+")) {
            throw new AssertionError("the shell says " + answer);
        }
        return Integer.parseInt(answer);
    }

    private Path nextOutput() {
        return outputs.resolve("command-" + commands++);
    }

    @Override
    public void close() {
        bash.destroyForcibly().onExit().join();
    }

    /** A command that runs until Ctrl-C. */
    final class Foreground {
        private final long group;
        private final Path output;

        private Foreground(long group, Path output) {
            this.group = group;
            this.output = output;
        }

        String output() throws IOException {
            return Files.readString(output);
        }

        boolean isAlive() {
            return ProcessHandle.of(group).map(ProcessHandle::isAlive).orElse(false);
        }

        /** Types Ctrl-C, and returns when the command has ended. */
        Result interrupt() throws Exception {
            in.write("kill -INT -- -" + group + "; wait " + group + "; echo $?\n");
            in.flush();
            return new Result(number(answer()), output());
        }
    }
}
