package io.forkless.supervisor;

import io.forkless.spi.ServiceManager;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Present while a test wants it to be; notes what it is told, and then perhaps fails. */
public final class RecordingServiceManager implements ServiceManager {
    static final List<String> TOLD = new CopyOnWriteArrayList<>();
    static volatile boolean present;
    static volatile boolean deaf;

    @Override
    public String name() {
        return "recording";
    }

    @Override
    public boolean isPresent() {
        return present;
    }

    @Override
    public void notify(State state, String details) throws IOException {
        TOLD.add(details.isEmpty() ? state.toString() : state + " " + details);
        if (deaf) {
            throw new IOException("nobody hears " + state);
        }
    }

    @Override
    public Optional<Duration> watchdogInterval() {
        return Optional.of(Duration.ofMillis(200));
    }

    @Override
    public List<SharedListener> takeListeners() {
        return List.of();
    }

    @Override
    public String provider() {
        return "none";
    }
}
