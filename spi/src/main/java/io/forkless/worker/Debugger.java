package io.forkless.worker;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.regex.Pattern;

/** Tells whether this JVM has the agent by which a debugger may suspend all of its threads (JDWP). */
final class Debugger {
    private static final Pattern AGENT = Pattern.compile("(?:-agentlib:jdwp|-agentpath:[^=]*jdwp|-Xrunjdwp).*");

    private Debugger() {}

    /** Whoever has given the options: a command, a script or a variable. */
    static boolean mayStopThisJvm() {
        return isAmong(ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    static boolean isAmong(List<String> options) {
        return options.stream().anyMatch(option -> AGENT.matcher(option).matches());
    }
}
