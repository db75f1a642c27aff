package io.forkless.spi;

import java.io.IOException;

/** No listener provider can be used in this process; the message lists every candidate with reason and remedy. */
public final class NoProviderException extends IOException {
    private static final long serialVersionUID = 1L;

    public NoProviderException(String message) {
        super(message);
    }
}
