package io.forkless.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Finds the {@linkplain ListenerProvider providers} on the class path or module path of the calling thread's context
 * class loader. A provider that cannot be loaded is a candidate that does not fit: it is reported, never fatal to the
 * others. Whether a provider fits is found out once per process.
 */
public final class ListenerProviders {
    /** System property that names the one provider to use. */
    public static final String PROPERTY = "forkless.provider";

    /** Environment variable that names the one provider to use, unless {@link #PROPERTY} is set. */
    public static final String ENVIRONMENT = "FORKLESS_PROVIDER";

    /** A class loader that cannot list its service files fails again at each step, for ever. */
    private static final int MAX_FAILED_STEPS = 100;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

    private ListenerProviders() {}

    /**
     * One entry of the list that is chosen from.
     *
     * @param name the provider's name, or the class name found in the service file if it could not be loaded
     * @param priority the provider's priority, or the lowest one if it could not be loaded
     * @param provider {@code null} if it could not be loaded
     */
    public record Candidate(String name, int priority, ListenerProvider provider, Fitness fitness) {}

    /** Every candidate, those that fit first and by priority, then by name. */
    public static List<Candidate> candidates() {
        return candidates(name -> true);
    }

    private static List<Candidate> candidates(Predicate<String> wanted) {
        List<Candidate> candidates = new ArrayList<>();
        Iterator<ServiceLoader.Provider<ListenerProvider>> found =
                ServiceLoader.load(ListenerProvider.class).stream().iterator();
        // Each step of the iteration may fail on its own: a missing class, a missing dependency, a throwing
        // constructor.
        for (int failedSteps = 0; failedSteps < MAX_FAILED_STEPS; ) {
            try {
                if (!found.hasNext()) {
                    break;
                }
                candidateOf(found.next(), wanted).ifPresent(candidates::add);
            } catch (ServiceConfigurationError | LinkageError e) {
                failedSteps++;
                Candidate broken = broken("(unknown)", e);
                if (!candidates.contains(broken)) {
                    candidates.add(broken);
                }
            }
        }
        candidates.sort(Comparator.comparing((Candidate c) -> !c.fitness().fits())
                .thenComparing(Comparator.comparingInt(Candidate::priority).reversed())
                .thenComparing(Candidate::name));
        return candidates;
    }

    /**
     * The provider that {@link #PROPERTY} or {@link #ENVIRONMENT} names, else the one with the highest priority among
     * those that fit.
     *
     * @throws NoProviderException if there is none
     */
    public static ListenerProvider select() throws NoProviderException {
        String wanted = System.getProperty(PROPERTY, System.getenv(ENVIRONMENT));
        if (wanted != null && !wanted.isEmpty()) {
            return named(wanted);
        }
        List<Candidate> candidates = candidates();
        return firstThatFits(candidates).orElseThrow(() -> new NoProviderException(describe(candidates, null)));
    }

    /**
     * The provider of that name; no other one is checked, unless there is none.
     *
     * @throws NoProviderException if it is not there or does not fit
     */
    public static ListenerProvider named(String name) throws NoProviderException {
        return firstThatFits(candidates(name::equals))
                .orElseThrow(() -> new NoProviderException(describe(candidates(), name)));
    }

    private static Optional<ListenerProvider> firstThatFits(List<Candidate> candidates) {
        return candidates.stream()
                .filter(candidate -> candidate.fitness().fits())
                .map(Candidate::provider)
                .findFirst();
    }

    private static String describe(List<Candidate> candidates, String wanted) {
        StringBuilder text = new StringBuilder();
        text.append(wanted == null ? "no listener provider fits" : "listener provider '" + wanted + "' cannot be used");
        if (candidates.isEmpty()) {
            return text.append(": none is on the class path; add forkless-posix-provider or another provider")
                    .toString();
        }
        String separator = "; candidates: ";
        for (Candidate candidate : candidates) {
            text.append(separator).append(candidate.name()).append(' ').append(candidate.fitness());
            separator = ", ";
        }
        return text.toString();
    }

    /** @return empty if its name is not wanted, or if it is its own check that looks for a provider */
    private static Optional<Candidate> candidateOf(
            ServiceLoader.Provider<ListenerProvider> found, Predicate<String> wanted) {
        String className = "(unknown)";
        try {
            className = found.type().getName();
            ListenerProvider provider = found.get();
            String name = requireValidName(provider.name());
            if (!wanted.test(name)) {
                return Optional.empty();
            }
            int priority = provider.priority();
            return FitnessChecks.of(provider).map(fitness -> new Candidate(name, priority, provider, fitness));
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
            return Optional.of(broken(className, e));
        }
    }

    private static Candidate broken(String name, Throwable e) {
        String reason = "it cannot be loaded: " + Fitness.rootOf(e);
        return new Candidate(
                name, Integer.MIN_VALUE, null, Fitness.doesNotFit(reason, "repair or remove it from the class path"));
    }

    /** @throws IllegalArgumentException if it is none that a {@linkplain ListenerProvider#name() provider} may have */
    public static String requireValidName(String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a provider name: use " + NAME.pattern());
        }
        return name;
    }
}
