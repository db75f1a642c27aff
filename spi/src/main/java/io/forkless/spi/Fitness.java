package io.forkless.spi;

import java.util.Objects;

/**
 * Whether a provider can work in this process, and if not, why and what to do about it.
 *
 * @param fits whether the provider can work here
 * @param reason what was found, in one line; for a provider that fits, a detail worth showing to an operator
 * @param remedy what to do so that it fits, in one line; empty for a provider that fits
 */
public record Fitness(boolean fits, String reason, String remedy) {
    public Fitness {
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(remedy, "remedy");
    }

    /** The provider works here; {@code detail} is shown by {@code forkless doctor}. */
    public static Fitness fits(String detail) {
        return new Fitness(true, detail, "");
    }

    /** The provider does not work here. */
    public static Fitness doesNotFit(String reason, String remedy) {
        return new Fitness(false, reason, remedy);
    }

    /** The provider does not work here because of that failure; the reason tells it with what is at its root. */
    public static Fitness doesNotFit(Throwable failure, String remedy) {
        String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        Throwable root = rootOf(failure);
        String full = root == failure || reason.contains(root.toString()) ? reason : reason + ": " + root;
        return doesNotFit(full.replaceAll("\\R", " "), remedy);
    }

    static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    @Override
    public String toString() {
        return fits ? "fits: " + reason : "does not fit: " + reason + " (" + remedy + ")";
    }
}
