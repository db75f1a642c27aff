package io.forkless.supervisor.admin;

import java.io.IOException;
import java.util.Optional;

/** No supervisor is running that the command could be for. */
public final class NoSupervisorException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String leftService;

    /** @param leftService see {@link #leftService}; {@code null} for none */
    NoSupervisorException(String message, String leftService) {
        super(message);
        this.leftService = leftService;
    }

    /** The name of a service whose supervisor has died and whose workers serve on. */
    public Optional<String> leftService() {
        return Optional.ofNullable(leftService);
    }
}
