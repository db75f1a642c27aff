package io.forkless.internal.control;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * How a supervisor is started again as it was. Its file is in the directory of the service and readable by the owner alone, since
 * the environment is in it. Immutable.
 *
 * @param command the program and its arguments
 * @param directory in which it runs; its links are followed at each start
 * @param environment all of its variables
 * @param output the file to which it prints; {@code null} if it prints elsewhere, so that no worker is to start it again
 * @param arguments from which its program makes the command; only that program reads them
 * @param changes to these arguments since
 */
public record SupervisorLaunch(
        List<String> command,
        Path directory,
        Map<String, String> environment,
        Path output,
        List<String> arguments,
        List<String> changes) {
    /** Its file in the directory of a service. */
    public static final String FILE = "supervisor";

    /** How the files begin that say the same of supervisors that are to take over. */
    static final String NEXT_PREFIX = "supervisor.next-";

    private static final int VERSION = 1;
    private static final int MAX_BYTES = 4 << 20; // more than a system accepts as arguments and variables

    public SupervisorLaunch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        arguments = List.copyOf(arguments);
        changes = List.copyOf(changes);
    }

    /** For a supervisor that this process wants to take over; another process may want the same. */
    public static Path nextFile(Path directory) {
        return directory.resolve(NEXT_PREFIX + ProcessHandle.current().pid());
    }

    public void writeTo(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("version", Integer.toString(VERSION));
        properties.setProperty("directory", directory.toString());
        if (output != null) {
            properties.setProperty("output", output.toString());
        }
        write(properties, "command.", command);
        write(properties, "argument.", arguments);
        write(properties, "change.", changes);
        environment.forEach((variable, value) -> properties.setProperty("environment." + variable, value));
        StringWriter text = new StringWriter();
        properties.store(text, null);
        PrivateDirectory.replace(file, text.toString());
    }

    private static void write(Properties properties, String prefix, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            properties.setProperty(prefix + i, words.get(i));
        }
    }

    private static List<String> words(Properties properties, String prefix) {
        List<String> words = new ArrayList<>();
        String word = properties.getProperty(prefix + 0);
        while (word != null) {
            words.add(word);
            word = properties.getProperty(prefix + words.size());
        }
        return words;
    }

    /** @throws IOException if there is none; the message does not repeat the contents, which may be secret */
    public static SupervisorLaunch read(Path file) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(PrivateDirectory.read(file, MAX_BYTES)));
            if (Integer.parseInt(properties.getProperty("version")) != VERSION) {
                throw new IOException(file + " is of another version of Forkless");
            }
            Map<String, String> environment = new LinkedHashMap<>();
            properties.stringPropertyNames().stream()
                    .filter(name -> name.startsWith("environment."))
                    .forEach(name ->
                            environment.put(name.substring("environment.".length()), properties.getProperty(name)));
            String output = properties.getProperty("output");
            return new SupervisorLaunch(
                    words(properties, "command."),
                    Path.of(properties.getProperty("directory")),
                    environment,
                    output == null ? null : Path.of(output),
                    words(properties, "argument."),
                    words(properties, "change."));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IOException(
                    file + " does not say how a supervisor is started"); // a cause would repeat the contents
        }
    }

    /**
     * The directory, as it is now.
     *
     * @throws IOException if it is not there; that of {@link ProcessBuilder} would blame the program
     */
    public File existingDirectory() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("the directory " + directory + ", in which it was started, "
                    + (Files.notExists(directory) ? "does not exist" : "is not a directory, or cannot be entered"));
        }
        return directory.toFile();
    }

    /** Starts it; what it prints is appended to the file, whose directory is made if it is missing. */
    public Process start() throws IOException {
        Redirect append = output == null ? Redirect.DISCARD : Redirect.appendTo(output.toFile());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(existingDirectory())
                .redirectInput(new File(File.separatorChar == '\\' ? "NUL" : "/dev/null"))
                .redirectOutput(append)
                .redirectError(append); // not merged: Windows would close both streams with either of them
        builder.environment().clear();
        builder.environment().putAll(environment);
        if (output != null) {
            Files.createDirectories(output.getParent());
        }
        return builder.start();
    }

    @Override
    public String toString() {
        return "SupervisorLaunch[" + command + " in " + directory + "]"; // never the environment
    }
}
