/** The {@code forkless} command. */
module io.forkless.cli {
    requires info.picocli;
    requires io.forkless.supervisor;
    requires java.logging;
    requires java.management;
    requires tools.jackson.jr.ob;

    opens io.forkless.cli to
            info.picocli;
    opens io.forkless.cli.arguments to
            info.picocli;

    uses io.forkless.spi.HostProcess;
    uses io.forkless.spi.ListenerProvider;
    uses io.forkless.spi.ServiceManager;
}
