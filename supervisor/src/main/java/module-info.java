/** Owns listeners; spawns, watches, restarts and drains workers. */
@SuppressWarnings("module") // the module that it exports to is compiled after it
module io.forkless.supervisor {
    requires transitive io.forkless.spi;
    requires java.management;
    requires jdk.management; // how much memory there is
    requires jdk.net; // whose process it is that a command has reached

    exports io.forkless.supervisor;
    exports io.forkless.supervisor.status;
    exports io.forkless.supervisor.admin to
            io.forkless.cli;
    exports io.forkless.supervisor.command to
            io.forkless.cli;
    exports io.forkless.supervisor.output to
            io.forkless.cli;

    uses io.forkless.spi.HostProcess;
    uses io.forkless.spi.ListenerProvider;
    uses io.forkless.spi.ServiceManager;
}
