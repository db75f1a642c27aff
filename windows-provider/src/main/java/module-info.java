/**
 * Listeners on Windows: hand-off with {@code WSADuplicateSocketW}, {@code AcceptEx} through a completion port. It exports
 * nothing; it is found as a service.
 */
@SuppressWarnings("requires-automatic") // JNA's jar is an automatic module
module io.forkless.windows {
    requires com.sun.jna;
    requires io.forkless.nio;
    requires io.forkless.spi;

    provides io.forkless.spi.ListenerProvider with
            io.forkless.windows.WindowsListenerProvider;
}
