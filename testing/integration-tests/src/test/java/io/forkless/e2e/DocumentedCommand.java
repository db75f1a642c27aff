package io.forkless.e2e;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line of a document that a shell executes, as far as it has to do with a supervisor. */
record DocumentedCommand(String text) {
    private static final Pattern VERB =
            Pattern.compile("(?:forkless|forkless\\.jar|io\\.forkless\\.cli\\.Main)\\s+([a-z][a-z-]*)");
    private static final Pattern WORKERS = Pattern.compile("--workers[ =](\\d+)");
    private static final Pattern DIRECTORY = Pattern.compile("--directory[ =](\\S+)");
    private static final Pattern SCALE = Pattern.compile("scale .*?([+-]?\\d+)(?=\\s|$)");

    /** Of {@code forkless}; empty if it is another program. */
    String verb() {
        Matcher found = VERB.matcher(text);
        return found.find() ? found.group(1) : "";
    }

    /** Whether it runs until somebody stops it. */
    boolean isInForeground() {
        return verb().equals("run") && !text.contains("--dry-run") && !text.contains("--help");
    }

    boolean startsSupervisor() {
        return isInForeground() || verb().equals("start");
    }

    /** Whether clients reach it by a port. */
    boolean listensOnPort() {
        return !text.contains("--listen unix:");
    }

    /** Whether it is systemd that listens, and starts it for the first client. */
    boolean isActivated() {
        return text.contains("systemd-socket-activate");
    }

    /** The one that the workers run in. */
    String directory() {
        Matcher found = DIRECTORY.matcher(text);
        return found.find() ? found.group(1) : "";
    }

    /** Whether it has a program run that tells of a worker's death. */
    boolean hasHook() {
        return text.contains("--on-event");
    }

    int workers() {
        Matcher found = WORKERS.matcher(text);
        return found.find()
                ? Integer.parseInt(found.group(1))
                : Runtime.getRuntime().availableProcessors();
    }

    /** How many workers there are after it, of so many before. */
    int scaled(int before) {
        Matcher found = SCALE.matcher(text);
        if (!verb().equals("scale") || !found.find()) {
            return before;
        }
        int number = Integer.parseInt(found.group(1));
        return found.group(1).matches("\\d+") ? number : before + number;
    }

    /** Whether it names what workers are to run from now on. */
    boolean hasOtherProgram() {
        return text.contains(" -- ");
    }

    /** To a worker that dies of the question. */
    boolean isAnsweredByNobody() {
        return text.startsWith("curl ") && text.contains("/crash");
    }
}
