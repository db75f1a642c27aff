package io.forkless.posix;

import java.io.IOException;

/** This machine does not support that kind of address: most likely it has no IPv6. */
final class NoSuchFamilyException extends IOException {
    private static final long serialVersionUID = 1L;

    NoSuchFamilyException(IOException failure) {
        super(failure.getMessage(), failure);
    }
}
