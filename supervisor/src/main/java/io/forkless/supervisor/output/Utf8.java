package io.forkless.supervisor.output;

/** Where characters begin in bytes that are probably UTF-8; RFC 3629, section 4. */
final class Utf8 {
    private static final int LONGEST = 4;

    private Utf8() {}

    /**
     * Where to cut bytes in two without cutting a character.
     *
     * @param from where the first part begins
     * @param place where the second part begins if that is not inside a character; the byte there is looked at
     * @return that place, or up to three bytes less; {@code place} if the bytes there are no UTF-8
     */
    static int boundary(byte[] bytes, int from, int place) {
        for (int first = place; first > from && first > place - LONGEST; first--) {
            if (!isContinuation(bytes[first])) {
                return first + length(bytes[first]) > place ? first : place;
            }
        }
        return place;
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xC0) == 0x80;
    }

    /** How many bytes a character has that begins with this one; 1 if none does. */
    private static int length(byte first) {
        int b = first & 0xFF;
        if (b < 0xC2 || b > 0xF4) {
            return 1;
        }
        return b < 0xE0 ? 2 : b < 0xF0 ? 3 : LONGEST;
    }
}
