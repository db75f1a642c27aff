package io.forkless.cli;

import io.forkless.spi.HostProcess;
import io.forkless.supervisor.command.JvmVariables;
import io.forkless.supervisor.output.Log;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How this process was started, and how to do so again without the options for JVMs that are meant for workers. */
final class OwnProcess {
    private static final System.Logger LOG = Log.supervisor();

    /** What the manifest of our jar says for {@code java -jar}. */
    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private OwnProcess() {}

    /**
     * Starts this program once more to {@code run} something, with the options for JVMs of the command line and not with those
     * of the environment.
     *
     * @param arguments of {@code run}
     */
    static List<String> toRun(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        List<String> options = JvmVariables.withoutTheirOptions(
                ManagementFactory.getRuntimeMXBean().getInputArguments(), System::getenv);
        command.addAll(options);
        if (!options.contains(NATIVE_ACCESS)) {
            command.add(NATIVE_ACCESS);
        }
        command.addAll(List.of("-cp", classPath(), Main.class.getName(), "run"));
        command.addAll(arguments);
        return command;
    }

    /** Absolute, since the process may be started in another directory. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> LogicalDirectory.current()
                        .resolve(Path.of(entry))
                        .toAbsolutePath()
                        .toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** For a supervisor in a process of its own. */
    static void leaveOptionsToWorkers(Map<String, String> environment) {
        Map<String, String> without = JvmVariables.withoutHarm(environment);
        environment.keySet().retainAll(without.keySet());
        without.keySet().removeAll(environment.keySet()); // whose bytes, also those of no character, stay
        environment.putAll(without);
    }

    /**
     * Begins this process anew, with the same pid, if its environment has options that are for workers and that its JVM has
     * got, too: the port of a debugger would be the supervisor's.
     *
     * @param arguments of {@code run}
     */
    static void leaveOptionsToWorkers(List<String> arguments) {
        Map<String, String> environment = JvmVariables.withoutHarm(System.getenv());
        if (environment.equals(System.getenv())) {
            return;
        }
        String reason = "processes cannot be replaced here";
        try {
            Optional<HostProcess> host = HostProcess.find();
            if (host.isPresent()) {
                host.get().replace(toRun(arguments), environment);
            }
        } catch (IOException e) {
            reason = e.getMessage();
        }
        for (String name : JvmVariables.NAMES) {
            String value = System.getenv().getOrDefault(name, "");
            String harmful = JvmVariables.harmfulOption(name, value).orElse(null);
            if (harmful != null) {
                LOG.log(
                        Level.WARNING,
                        name + " has " + harmful
                                + ", which the supervisor itself has got as well (" + reason + "); to give it to the"
                                + " workers alone, set " + JvmVariables.forWorkers(name) + " in its place");
            }
        }
    }
}
