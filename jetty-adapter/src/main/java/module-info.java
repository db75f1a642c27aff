/** Jetty on a listener that several worker processes share: {@link io.forkless.jetty.SharedServerConnector}. */
module io.forkless.jetty {
    requires io.forkless.spi;
    requires transitive org.eclipse.jetty.server;

    exports io.forkless.jetty;
}
