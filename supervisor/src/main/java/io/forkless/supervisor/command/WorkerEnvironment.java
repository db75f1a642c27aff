package io.forkless.supervisor.command;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What workers find in their environment other than the supervisor does; values are templates, see {@link Placeholders}. */
public final class WorkerEnvironment {
    /** Read by many a script that starts a JVM, and by no JVM. */
    private static final String OPTIONS_OF_SCRIPTS = "JAVA_OPTS";

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final List<JvmOption> options = new ArrayList<>();
    private final List<JvmOption> ofScripts = new ArrayList<>();

    /**
     * @param given for the workers
     * @param directory in which the workers run, and the files are that a variable names
     * @param inherited the variables of the supervisor, {@code null} for one that is not set
     */
    public WorkerEnvironment(Map<String, String> given, Path directory, UnaryOperator<String> inherited) {
        for (String name : JvmVariables.NAMES) {
            String forWorkers = inherited.apply(JvmVariables.forWorkers(name));
            String value = forWorkers == null ? inherited.apply(name) : forWorkers;
            if (given.containsKey(name)) {
                options.addAll(new Origin(name, given.get(name), false, directory).options());
            } else if (value != null) {
                Origin origin = new Origin(name, value, true, directory);
                options.addAll(origin.options());
                String rest = origin.withoutWithheld();
                if (!rest.isEmpty()) {
                    variables.put(name, rest);
                }
            }
        }
        variables.putAll(given);
        String value = inherited.apply(OPTIONS_OF_SCRIPTS);
        if (value != null && !given.containsKey(OPTIONS_OF_SCRIPTS)) {
            ofScripts.addAll(new Origin(OPTIONS_OF_SCRIPTS, value, true, directory).options());
        }
        given.forEach((name, text) -> ofScripts.addAll(new Origin(name, text, false, directory).options()));
        ofScripts.removeIf(option -> JvmVariables.NAMES.contains(option.origin().variable()));
    }

    /** The options for JVMs that are in it, those that the workers do not get included. */
    List<JvmOption> options() {
        return options;
    }

    /** What is in variables that no JVM reads, and that a script may pass on to one. */
    List<JvmOption> optionsOfScripts() {
        return ofScripts;
    }

    /** Before placeholders are filled in. */
    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    /** Makes a worker's environment of the supervisor's. */
    public void applyTo(Map<String, String> environment, Placeholders placeholders) {
        environment
                .keySet()
                .removeIf(name -> JvmVariables.isForWorkers(name)
                        || JvmVariables.NAMES.contains(name) && !variables.containsKey(name));
        variables.forEach((name, value) -> {
            String filled = placeholders.fill(value);
            if (!filled.equals(environment.get(name))) { // else its bytes stay, also those of no character
                environment.put(name, filled);
            }
        });
    }
}
