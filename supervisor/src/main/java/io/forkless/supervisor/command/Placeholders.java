package io.forkless.supervisor.command;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a text has for one worker in place of {@code {index}} and {@code {name}}. Doubled braces, {@code {{index}}} and
 * {@code {{name}}}, stand for these words themselves; whatever else is in braces stays as it is.
 */
public final class Placeholders {
    private static final String INDEX = "index";

    /** Doubled braces first, as they contain single ones. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(?:index|name)}}|\\{(index|name)}");

    private final int index;
    private final String name;

    /**
     * @param index of the worker
     * @param name of the supervisor
     */
    public Placeholders(int index, String name) {
        this.index = index;
        this.name = name;
    }

    public String fill(String text) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(valueOf(found)));
    }

    public List<String> fill(List<String> texts) {
        return texts.stream().map(this::fill).toList();
    }

    /** With the name in place, and all else as it was, for those who look at what all workers have in common. */
    public static String withName(String text, String name) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement("name".equals(found.group(1)) ? name : found.group()));
    }

    /**
     * With the name in place, of something that all workers have in common.
     *
     * @param what it is, for the message
     * @param name of the supervisor, {@code null} if it is given none
     * @throws IllegalArgumentException if the name has its place there, and there is none
     */
    public static String inCommon(String what, String text, String name) {
        if (name == null && !withName(text, "").equals(text)) {
            throw new IllegalArgumentException(
                    what + ": " + text + " has {name} in it, but the supervisor is given no name");
        }
        return new Placeholders(0, name).fill(text);
    }

    /** Whether it differs from worker to worker. */
    public static boolean haveIndexIn(String text) {
        return PLACEHOLDER.matcher(text).results().anyMatch(found -> INDEX.equals(found.group(1)));
    }

    /** Whether it is changed by {@link #fill} at all. */
    static boolean areIn(String text) {
        return PLACEHOLDER.matcher(text).find();
    }

    private String valueOf(MatchResult found) {
        if (found.group(1) == null) {
            return found.group().substring(1, found.group().length() - 1);
        }
        return found.group(1).equals(INDEX) ? Integer.toString(index) : name;
    }
}
