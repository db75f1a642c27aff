package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.spi.SharedListener;
import io.forkless.tck.WorkerProgram;
import io.forkless.testing.InteractiveJvm;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Another process, which runs the {@link WorkerProgram} of the test kit with our provider. */
final class WorkerJvm extends InteractiveJvm {
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final String PROVIDER = new PosixListenerProvider().name();

    private WorkerJvm(JavaProgram program) throws IOException {
        super(program);
    }

    /** @param launcher a command that ends up as the JVM by exec, if any */
    static WorkerJvm start(String... launcher) throws IOException {
        return new WorkerJvm(program(CLASS_PATH).below(List.of(launcher)));
    }

    /** @param option one more for the JVM */
    static WorkerJvm startWith(String option) throws IOException {
        return new WorkerJvm(program(CLASS_PATH).options(option));
    }

    /**
     * Starts it as the user {@code nobody}; root only.
     *
     * @param directory where the class path is copied to, for the original may be out of that user's reach
     */
    static WorkerJvm startAsNobody(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> copies = new ArrayList<>();
        for (String root : CLASS_PATH.split(":")) {
            if (root.contains("forkless") || root.contains("/jna") || root.endsWith("classes")) {
                Path copy = directory.resolve(Integer.toString(copies.size()));
                copy(Path.of(root), copy);
                copies.add(copy.toString());
            }
        }
        return new WorkerJvm(
                program(String.join(":", copies)).below(Privileges.AS_NOBODY).temporary(directory));
    }

    private static JavaProgram program(String classPath) {
        return JavaProgram.onClassPath(classPath, WorkerProgram.class, PROVIDER).options("-XX:-UsePerfData");
    }

    void tell(String command) throws Exception {
        assertThat(ask(command)).isEqualTo(WorkerProgram.DONE);
    }

    void run(Class<? extends WorkerProgram.Task> task) throws Exception {
        tell("run " + task.getName());
    }

    void adopt(SharedListener listener) throws Exception {
        tell("adopt " + HexFormat.of().formatHex(listener.ticketFor(handle())));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
