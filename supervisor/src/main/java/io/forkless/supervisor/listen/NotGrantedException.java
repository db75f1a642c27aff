package io.forkless.supervisor.listen;

import java.io.IOException;

/** A worker has asked for an address that the supervisor does not let it have, however often it asks. */
final class NotGrantedException extends IOException {
    private static final long serialVersionUID = 1L;

    NotGrantedException(String message) {
        super(message);
    }
}
