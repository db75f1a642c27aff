package io.forkless.internal.control;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes the secrets that let a peer in. */
public final class Tokens {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private Tokens() {}

    /** 256 random bits as hexadecimal digits. */
    public static String random() {
        byte[] secret = new byte[BYTES];
        RANDOM.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
