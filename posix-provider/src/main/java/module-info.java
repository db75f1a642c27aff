/**
 * Listeners on Linux and macOS: native bind and listen, hand-over with {@code SCM_RIGHTS}. It is found as a service;
 * what it exports is for providers that bind in another way and hand over in this one.
 */
@SuppressWarnings("requires-automatic") // JNA's jar is an automatic module
module io.forkless.posix {
    requires com.sun.jna;
    requires io.forkless.nio;
    requires transitive io.forkless.spi;

    exports io.forkless.posix;

    provides io.forkless.spi.ListenerProvider with
            io.forkless.posix.PosixListenerProvider;
    provides io.forkless.spi.ServiceManager with
            io.forkless.posix.Systemd;
}
