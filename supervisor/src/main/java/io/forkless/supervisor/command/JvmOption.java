package io.forkless.supervisor.command;

/** One option for the JVM of every worker, and where it comes from. */
record JvmOption(String text, Origin origin) {
    static final Origin COMMAND = new Origin(null, null, false);

    /**
     * @param variable {@code null} for the command itself
     * @param value of the variable
     * @param inherited it is in the environment, and not given for the workers
     */
    record Origin(String variable, String value, boolean inherited) {
        @Override
        public String toString() {
            return variable == null ? "COMMAND" : inherited ? variable : "--worker-env " + variable;
        }
    }

    /** The workers do not get it: it would let one of them start at a time, and nobody has asked for it in so many words. */
    boolean isWithheld() {
        return origin.inherited()
                && JvmVariables.NAMES.contains(origin.variable())
                && SharedByMistake.preventsStarts(text);
    }

    /** How to give the workers that option in place of this one. */
    String replacedBy(String better) {
        return origin.inherited()
                ? "use --worker-env '" + origin.variable() + "="
                        + origin.value().replace(text, better) + "'"
                : "write '" + better + "'";
    }
}
