package io.forkless.supervisor.command;

import java.util.regex.Pattern;

/** Options that load an agent into a JVM, in particular that by which a debugger controls it; java(1), JVM Tool Interface. */
final class Agents {
    /** Beginning of an option, with the arguments to follow; {@code -Xrun} is the old way to load an agent. */
    static final String DEBUGGER_PATTERN = "(?:-agentlib:jdwp=|-agentpath:[^=]*jdwp[^=]*=|-Xrunjdwp:)";

    private static final Pattern DEBUGGER = Pattern.compile(DEBUGGER_PATTERN + ".*");
    private static final Pattern ANY = Pattern.compile("-(?:agentlib:|agentpath:|javaagent:|Xrun).*");

    private Agents() {}

    static boolean isLoadedBy(String option) {
        return ANY.matcher(option).matches();
    }

    static boolean isDebuggerLoadedBy(String option) {
        return DEBUGGER.matcher(option).matches();
    }
}
