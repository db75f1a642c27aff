package io.forkless.spi;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.WeakHashMap;

/** What each provider's {@link ListenerProvider#check()} has found: it is called once per process. Thread-safe. */
final class FitnessChecks {
    /** Empty while the check is under way. */
    private static final Map<Class<?>, Optional<Fitness>> RESULTS = new WeakHashMap<>();

    private FitnessChecks() {}

    /** @return empty if it is this very check that asks: a provider is no candidate for what it looks for itself */
    static Optional<Fitness> of(ListenerProvider provider) {
        synchronized (RESULTS) {
            Optional<Fitness> known = RESULTS.putIfAbsent(provider.getClass(), Optional.empty());
            if (known != null) {
                return known;
            }
            try {
                Fitness found = Objects.requireNonNull(provider.check(), "check() returned null");
                RESULTS.put(provider.getClass(), Optional.of(found));
                return Optional.of(found);
            } finally {
                RESULTS.remove(provider.getClass(), Optional.empty()); // it has thrown
            }
        }
    }
}
