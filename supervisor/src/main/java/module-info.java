/** Owns listeners; spawns, watches, restarts and drains workers. A library, and the {@code forkless
 * uses io.forkless.spi.ServiceManager;
 * } command. */
module io.forkless.supervisor {
    requires info.picocli;
    requires transitive io.forkless.spi;
    requires java.logging;
    requires java.management;

    exports io.forkless.supervisor;

    opens io.forkless.supervisor.cli to
            info.picocli;

    uses io.forkless.spi.ListenerProvider;
    uses io.forkless.spi.ServiceManager;
}
