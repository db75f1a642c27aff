package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.cli.ForklessCommand.Result;
import io.forkless.supervisor.TestWorker;
import io.forkless.testing.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of a supervisor and of the commands that operate it need. */
abstract class ServiceCommands {
    @TempDir
    Path directory;

    /** Through which all commands find each other. */
    Path temporary;

    private int commands;

    @BeforeEach
    void make_a_temporary_directory_for_all() throws Exception {
        temporary = Files.createDirectory(directory.resolve("shared"));
    }

    /** The command of a {@link TestWorker} in that mode. */
    static String[] worker(String mode) {
        return worker(mode, "127.0.0.1:0");
    }

    static String[] worker(String mode, String address) {
        return JavaProgram.of(TestWorker.class, mode, address).command().toArray(String[]::new);
    }

    /** Puts a script that becomes that command in the place of the program, if there is one. */
    static void install(Path program, String... command) throws Exception {
        Path fresh = program.resolveSibling("fresh");
        String words = String.join(
                " ", Stream.of(command).map(word -> "'" + word + "'").toList());
        Files.writeString(fresh, "#!/bin/sh\n" + (command[0].equals("exit") ? "" : "exec ") + words + "\n");
        assertThat(fresh.toFile().setExecutable(true)).isTrue();
        Files.move(fresh, program, StandardCopyOption.REPLACE_EXISTING);
    }

    /** {@code run} with these arguments. */
    ForklessCommand run(Object... arguments) throws Exception {
        return launch(flat("run", arguments));
    }

    /** {@code start} with a log directory and these arguments. */
    Result start(Path logs, Object... arguments) throws Exception {
        return command(flat("start", "--log-dir", logs.toString(), arguments));
    }

    Result command(String... arguments) throws Exception {
        try (ForklessCommand command = launch(arguments)) {
            return command.await();
        }
    }

    ForklessCommand launch(String... arguments) throws Exception {
        Path own = Files.createDirectory(directory.resolve("command-" + commands++));
        return ForklessCommand.withOption(own, "-Djava.io.tmpdir=" + temporary, arguments);
    }

    /** The arguments, in which an array stands for its elements. */
    static String[] flat(Object... arguments) {
        List<String> all = new ArrayList<>();
        for (Object argument : arguments) {
            all.addAll(argument instanceof Object[] several ? List.of(flat(several)) : List.of((String) argument));
        }
        return all.toArray(String[]::new);
    }
}
