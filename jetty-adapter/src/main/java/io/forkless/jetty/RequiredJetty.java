package io.forkless.jetty;

import org.eclipse.jetty.server.Server;

/** The host brings its Jetty: tells an older one apart before a method turns out to be missing. */
final class RequiredJetty {
    /** Requests of Jetty 12 are made of it, and no other Jetty has it. A version's name may be lost in a shaded jar. */
    private static final String NEW_IN_12 = "org.eclipse.jetty.server.HttpStream";

    private RequiredJetty() {}

    /**
     * @return that server
     * @throws IllegalStateException if its Jetty is older than 12
     */
    static Server of(Server server) {
        try {
            Class.forName(NEW_IN_12, false, Server.class.getClassLoader());
            return server;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "SharedServerConnector needs Jetty 12, and this is Jetty " + Server.getVersion(), e);
        }
    }
}
