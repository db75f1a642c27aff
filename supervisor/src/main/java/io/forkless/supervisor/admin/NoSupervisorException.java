package io.forkless.supervisor.admin;

import java.io.IOException;
import java.util.Optional;

/** No supervisor is running that an operator could mean. */
public final class NoSupervisorException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String leftService;

    /** @param leftService as of {@link #leftService}; {@code null} for none */
    NoSupervisorException(String message, String leftService) {
        super(message);
        this.leftService = leftService;
    }

    /** The name of the service that one has left, with workers that serve on. */
    public Optional<String> leftService() {
        return Optional.ofNullable(leftService);
    }
}
