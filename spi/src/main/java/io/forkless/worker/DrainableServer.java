package io.forkless.worker;

import java.util.List;

/**
 * What {@link GracefulDrain} needs of a server. An adapter implements it for its server, or for the part of it that serves
 * shared listeners.
 *
 * <p>The drain calls each method on its own thread: {@link #stopAccepting}, {@link #announceEnd}, then {@link #isDrained}
 * and {@link #closeIdle} by turns, and {@link #stop} in the end. None of them waits for a request.
 */
public interface DrainableServer {
    /**
     * The names of the classes that nothing but a drain makes the server need; each stands for the ones nested in it, too. They
     * are initialized when the server has started, see {@link DrainHandler#prepare}. Those that this version of the server has
     * not got are left out. Empty unless overridden.
     */
    default List<String> classesOfDrain() {
        return List.of();
    }

    /**
     * Gives up this process's copies of the listeners, and serves the connections that {@linkplain
     * io.forkless.spi.SharedServerSocketChannel#close(java.util.function.Consumer) nobody else would}.
     *
     * @throws Exception if a copy cannot be given up; the drain ends with it
     */
    void stopAccepting() throws Exception;

    /**
     * Tells clients that their connections end: from now on with {@code Connection: close} on each HTTP/1 response, at once
     * with a {@code GOAWAY} that refuses no stream on each HTTP/2 connection. Nothing that is under way is cut off.
     */
    void announceEnd();

    /** Whether everything that was accepted has ended, what is on its way from an acceptor into the server included. */
    boolean isDrained();

    /**
     * Closes the connections on which no request has been under way for the {@link IdleGrace}. A request is under way from
     * its first byte until the last byte of its response has been handed to the kernel. Called every few milliseconds.
     */
    void closeIdle();

    /** Stops the server at once. Whatever is still open is cut off: the drain's time is over. */
    void stop() throws Exception;
}
