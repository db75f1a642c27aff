package io.forkless.supervisor.command;

/**
 * One option for the JVM of every worker, and where it comes from.
 *
 * @param file in which it is and that the origin names, {@code null} if it is in the origin itself
 * @param isWithheld the workers do not get it: it, or another one in that file, would let one of them start at a time, and nobody
 *     has asked for it in so many words
 */
record JvmOption(String text, String file, Origin origin, boolean isWithheld) {
    /** How to give the workers that option in place of this one. */
    String replacedBy(String better) {
        if (origin.variable() != null && (origin.inherited() || file != null)) {
            // All of the variable, in which there may be more to improve: one remedy must not undo another one.
            return "use --worker-env '" + (origin.variable() + "=" + origin.improved()).replace("'", "'\\''") + "'";
        }
        return "write '" + better + "'" + (file == null ? "" : " in COMMAND and not in the file");
    }

    /** What it is and where. */
    @Override
    public String toString() {
        return origin + " has " + described(text, file);
    }

    static String described(String text, String file) {
        return "'" + text + "'" + (file == null ? "" : " in the file " + file);
    }
}
