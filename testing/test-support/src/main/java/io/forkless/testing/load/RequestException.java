package io.forkless.testing.load;

import java.io.IOException;

/** A request got no good answer. */
public final class RequestException extends IOException {
    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    public RequestException(Outcome outcome, String message, IOException cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    public Outcome outcome() {
        return outcome;
    }
}
