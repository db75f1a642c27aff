package io.forkless.internal.control;

import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import java.util.Base64;
import java.util.Objects;

/**
 * A provider's ticket, stamped with the name of that provider by the supervisor or worker that made it: the other side redeems it
 * with the provider of the same name.
 *
 * <p>Immutable. {@link #toString()} never shows the bytes: they are a secret while the ticket is valid.
 */
public final class Ticket {
    /** So that the message with the ticket, in Base64, is no longer than a line may be. */
    private static final int MAX_PAYLOAD_BYTES = 4096;

    private final String provider;
    private final byte[] payload;

    /**
     * @param provider the {@linkplain ListenerProvider#name() name} of the provider that can redeem this ticket
     * @param payload the ticket as the provider made it, opaque to everybody else
     */
    public Ticket(String provider, byte[] payload) {
        this.provider = ListenerProviders.requireValidName(provider);
        if (payload.length > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "the ticket has " + payload.length + " bytes, at most " + MAX_PAYLOAD_BYTES + " are possible");
        }
        this.payload = payload.clone();
    }

    public String provider() {
        return provider;
    }

    public byte[] payload() {
        return payload.clone();
    }

    /** The ticket as one line of text without line breaks: {@code provider:base64}. */
    public String encode() {
        return provider + ":" + Base64.getUrlEncoder().withoutPadding().encodeToString(payload);
    }

    /**
     * The inverse of {@link #encode()}.
     *
     * @throws IllegalArgumentException if the text is not an encoded ticket; its message does not repeat the text
     */
    public static Ticket decode(String text) {
        int colon = Objects.requireNonNull(text, "text").indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a ticket: no provider name");
        }
        try {
            return new Ticket(text.substring(0, colon), Base64.getUrlDecoder().decode(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a ticket: malformed name or payload");
        }
    }

    @Override
    public String toString() {
        return "Ticket[" + provider + ", " + payload.length + " bytes]";
    }
}
