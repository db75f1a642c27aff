package io.forkless.supervisor.admin;

import io.forkless.supervisor.pool.Settings;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** How many replacements may start at a time in one restart, as an operator gives it: {@code 2} or {@code 50%}. */
public final class Surge {
    /** More digits make no sense, and would make no number. */
    private static final Pattern FORM = Pattern.compile("[1-9][0-9]{0,3}%?");

    private Surge() {}

    /**
     * @return the text, which may be empty
     * @throws IllegalArgumentException if it is neither a number nor a percentage
     */
    public static String requireValid(String text) {
        of(text, 1);
        return text;
    }

    /**
     * Of so many workers.
     *
     * @return empty if the text is
     * @throws IllegalArgumentException if it is neither a number nor a percentage
     */
    static OptionalInt of(String text, int workers) {
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("surge: '" + text + "' is neither a number from 1 to "
                    + Settings.MAX_WORKERS + " nor a percentage from 1% to 100%");
        }
        if (!text.endsWith("%")) {
            return OptionalInt.of(Settings.requireSurge(Integer.parseInt(text)));
        }
        int percent = Integer.parseInt(text.substring(0, text.length() - 1));
        if (percent > 100) {
            throw new IllegalArgumentException("surge: " + text + " is more than 100%: all workers at a time");
        }
        return OptionalInt.of((workers * percent + 99) / 100);
    }
}
