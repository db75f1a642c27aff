/**
 * Listeners on Linux and macOS: native bind and listen, hand-off with {@code SCM_RIGHTS}; systemd. It exports
 * nothing; it is found as a service.
 */
@SuppressWarnings("requires-automatic") // JNA's jar is an automatic module
module io.forkless.posix {
    requires com.sun.jna;
    requires io.forkless.nio;
    requires io.forkless.spi;

    provides io.forkless.spi.HostProcess with
            io.forkless.posix.PosixHostProcess;
    provides io.forkless.spi.ListenerProvider with
            io.forkless.posix.PosixListenerProvider;
    provides io.forkless.spi.ServiceManager with
            io.forkless.posix.Systemd;
}
