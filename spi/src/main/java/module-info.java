/**
 * What a listener provider is, how one is found, and the worker's link to its supervisor.
 *
 * <p>{@code io.forkless.spi} is for those who implement a provider, {@code io.forkless.worker} for those who embed a
 * server in a worker. {@code io.forkless.internal.control} is the protocol between the two processes and is not API.
 */
@SuppressWarnings("module") // the modules it exports to are compiled after it
module io.forkless.spi {
    requires java.management; // thread dumps
    requires jdk.unsupported; // sun.misc.Signal, by reflection

    exports io.forkless.spi;
    exports io.forkless.worker;
    exports io.forkless.internal.control to
            io.forkless.cli,
            io.forkless.posix,
            io.forkless.supervisor;

    uses io.forkless.spi.HostProcess;
    uses io.forkless.spi.ListenerProvider;
}
