package io.forkless.jetty;

import org.eclipse.jetty.server.Server;

/** A worker that needs no module but those of the adapter. */
final class ModuleWorker {
    private ModuleWorker() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        SharedServerConnector connector = new SharedServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
        server.join();
    }
}
