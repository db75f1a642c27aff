package io.forkless.jetty;

import io.forkless.worker.GracefulDrain;
import io.forkless.worker.Worker;
import java.util.Arrays;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/** Ties one {@link Server}, with all its shared connectors, to the worker that it runs in: readiness and drain. */
final class SupervisedServer implements LifeCycle.Listener {
    private final Server server;
    private final Worker worker;

    private SupervisedServer(Server server, Worker worker) {
        this.server = server;
        this.worker = worker;
    }

    /** Each shared connector calls this as it starts. */
    static synchronized void join(SharedServerConnector connector, Worker worker) {
        Server server = connector.getServer();
        SupervisedServer supervised = server.getBean(SupervisedServer.class);
        if (supervised == null) {
            supervised = new SupervisedServer(server, worker);
            server.addBean(supervised, false); // as a listener of the server's life cycle, too
            worker.onDrain(new GracefulDrain(new DrainableJetty(server)));
        }
        connector.addEventListener(supervised);
    }

    /** A server starts its connectors last; but one that runs already may get connectors, which start one by one. */
    @Override
    public void lifeCycleStarted(LifeCycle event) {
        if (server.isStarted() && connectorsOf(server).allMatch(LifeCycle::isStarted)) {
            worker.ready();
        }
    }

    static Stream<SharedServerConnector> connectorsOf(Server server) {
        return Arrays.stream(server.getConnectors())
                .filter(SharedServerConnector.class::isInstance)
                .map(SharedServerConnector.class::cast);
    }
}
