package io.forkless.e2e;

import io.forkless.e2e.Document.Block;
import io.forkless.testing.FreePort;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A directory with what the documents take for granted, and their commands fitted to it. */
final class Workplace {
    /** What is not run from here, and why. In its place a program does nothing. */
    static final Map<String, String> NOT_RUN =
            Map.of("mvn", "builds and tests the repository, of which this test is a part");

    /** Runs what it is given as the user of the test, to whom the supervisor belongs here. */
    private static final String SUDO = "env";

    private static final String EXAMPLE_OF_A_USER = "--user www-data";

    private static final String EXAMPLE_OF_A_PORT = "8080";
    private static final String EXAMPLE_OF_A_DIRECTORY = "/run/web";
    private static final String EXAMPLE_OF_A_HOME = "/srv/web";
    private static final String EXAMPLE_OF_PORTS = "500{index}";

    /** An example that is told no address listens on the port above. */
    private static final String EXAMPLE_WITHOUT_ADDRESS = "(-jar \\S*(?:app|hello)\\.jar)(?= *(?:[)#].*)?(?:\n|$))";

    private static final String BEGINS_SUPERVISOR = "(forkless(?:\\.jar)? (?:run|start))(?= )";

    private final Path directory;
    private final int port;

    private Workplace(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** @param document whose files of arguments and scripts are to be there */
    static Workplace in(Path directory, Document document) throws IOException {
        Workplace workplace = new Workplace(directory, FreePort.any());
        workplace.furnish();
        workplace.write(document);
        return workplace;
    }

    private void furnish() throws IOException {
        for (String made : List.of("tmp", "bin", "out", "run", "work")) {
            Files.createDirectory(directory.resolve(made));
        }
        Path supervisor = Path.of(System.getProperty("forkless.it.supervisorJar"));
        copy(supervisor, "forkless.jar");
        copy(supervisor, "cli/target/forkless.jar");
        for (String example : List.of("jetty-hello", "undertow-hello")) {
            Path jar = Path.of(System.getProperty("forkless.it.examples"), example, "target", example + ".jar");
            copy(jar, example + ".jar");
            copy(jar, "examples/" + example + "/target/" + example + ".jar");
        }
        copy(jetty(), "app.jar");
        copy(work().resolve("undertow-hello.jar"), "new-app.jar");
        JavaProgram java =
                JavaProgram.ofJar("").temporary(directory.resolve("tmp")).options("-Xmx128m");
        program("java", words(java.command().subList(0, java.command().size() - 2)));
        program("forkless", "java -jar " + work().resolve("forkless.jar"));
        program("sudo", SUDO);
        script(programs().resolve("logger"), "#!/bin/sh\necho \"$@\" >>'" + logged() + "'\n");
        for (String name : NOT_RUN.keySet()) {
            program(name, "true");
        }
    }

    private void write(Document document) throws IOException {
        for (Block block : document.blocks("")) {
            if (block.isFileOfArguments()) {
                Files.writeString(work().resolve("web.args"), block.text() + "--port\n" + port + "\n");
            }
        }
        for (Block block : document.blocks("sh")) {
            if (block.isScript()) {
                script(work().resolve(block.nameOfScript()), block.text());
            }
        }
    }

    private void copy(Path jar, String to) throws IOException {
        Path target = work().resolve(to);
        Files.createDirectories(target.getParent());
        Files.copy(jar, target);
    }

    private void program(String name, String command) throws IOException {
        script(programs().resolve(name), "#!/bin/sh\nexec " + command + " \"$@\"\n");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String words(List<String> command) {
        return command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    /** The program of the first release; the next one is the other example. */
    private Path jetty() {
        return work().resolve("jetty-hello.jar");
    }

    /** Whether the program that is deployed there is the first release. */
    boolean hasFirstRelease(Path directory) throws IOException {
        return Files.mismatch(directory.resolve("app.jar"), jetty()) < 0;
    }

    /** Where the workers run of a supervisor that was started so, with no link in it. */
    Path directoryOf(DocumentedCommand start) throws IOException {
        return work().resolve(fitted(start.directory())).toRealPath();
    }

    /** With ports, directories and a user of this machine, and the time that a busy one takes for a start. */
    String fitted(String command) throws IOException {
        return command.replaceAll(EXAMPLE_WITHOUT_ADDRESS, "$1 --port " + EXAMPLE_OF_A_PORT)
                .replaceAll(BEGINS_SUPERVISOR, "$1 --boot-timeout " + RunningProgram.PATIENCE.toSeconds())
                .replace(EXAMPLE_OF_A_PORT, Integer.toString(port))
                .replace(EXAMPLE_OF_PORTS, FreePort.any() / 10 + "{index}")
                .replace(EXAMPLE_OF_A_USER, "--user " + System.getProperty("user.name"))
                .replace(EXAMPLE_OF_A_HOME, work().toString())
                .replace(EXAMPLE_OF_A_DIRECTORY, directory.resolve("run").toString());
    }

    /** What logger(1) has been given, which need not be there. */
    Path logged() {
        return directory.resolve("out").resolve("logged");
    }

    int port() {
        return port;
    }

    Shell shell() throws IOException {
        return new Shell(work(), programs(), directory.resolve("out"));
    }

    private Path work() {
        return directory.resolve("work");
    }

    private Path programs() {
        return directory.resolve("bin");
    }

    /** The processes that were started here and are left. */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(directory + "/"))
                .toList();
    }
}
