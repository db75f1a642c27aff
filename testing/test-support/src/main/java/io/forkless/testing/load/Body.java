package io.forkless.testing.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;

/** Takes the body of a response as it comes, and refuses one that is not right. */
@FunctionalInterface
public interface Body {
    /**
     * More of it.
     *
     * @param position of the first of these bytes in the body
     * @throws ProtocolException if they are not the right ones
     */
    void part(byte[] bytes, int count, int position) throws IOException;

    /**
     * The body was complete, with so many bytes.
     *
     * @param delimited whether the server has told its end; if not, the end of the connection was taken for it
     * @throws ProtocolException if that is not the right number
     * @throws EOFException if it was not the end of the body
     */
    default void end(int length, boolean delimited) throws IOException {}
}
