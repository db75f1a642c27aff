package io.forkless.jetty;

import io.forkless.worker.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.Container;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.component.LifeCycle;

/** Ties one {@link Server}, with all its shared connectors, to the worker that it runs in: readiness and drain. */
final class SupervisedServer implements LifeCycle.Listener {
    private static final long POLL_MILLIS = 10;

    /** How long a peer may take to answer the orderly end of an idle connection. */
    private static final long GOODBYE_MILLIS = 500;

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
            worker.onDrain(supervised::drain);
        }
        connector.addEventListener(supervised);
    }

    /** A server starts its connectors last; but one that runs already may get connectors, which start one by one. */
    @Override
    public void lifeCycleStarted(LifeCycle event) {
        if (server.isStarted() && connectors().allMatch(LifeCycle::isStarted)) {
            worker.ready();
        }
    }

    private Stream<SharedServerConnector> connectors() {
        return Arrays.stream(server.getConnectors())
                .filter(SharedServerConnector.class::isInstance)
                .map(SharedServerConnector.class::cast);
    }

    /**
     * Loses no request. The order matters: {@link Graceful} handlers answer 503, and {@code stop()} and
     * {@code shutdown()} cut idle time-outs short, so neither comes before the last connection has ended.
     */
    private void drain(Duration limit) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        List<SharedServerConnector> connectors =
                connectors().filter(LifeCycle::isRunning).toList();
        for (SharedServerConnector connector : connectors) {
            connector.beginDrain();
        }
        connectors.forEach(SupervisedServer::sendGoAway);
        List<SharedServerConnector> busy = new ArrayList<>(connectors);
        while (System.nanoTime() < deadline) {
            busy.removeIf(SharedServerConnector::isDrained);
            if (busy.isEmpty()) {
                break;
            }
            busy.forEach(SupervisedServer::closeIdle);
            Thread.sleep(POLL_MILLIS);
        }
        server.setStopTimeout(0);
        server.stop();
    }

    /** HTTP/2 sessions are beans of their connection factory; each sends GOAWAY and ends with its last stream. */
    private static void sendGoAway(SharedServerConnector connector) {
        for (ConnectionFactory factory : connector.getConnectionFactories()) {
            if (factory instanceof Container container
                    && !container.getContainedBeans(Graceful.class).isEmpty()) {
                Graceful.shutdown(container);
            }
        }
    }

    private static void closeIdle(SharedServerConnector connector) {
        long grace = connector.getDrainIdleGrace();
        for (EndPoint endPoint : connector.connections()) {
            long idle = ConnectionActivity.idleMillis(endPoint);
            Connection connection = endPoint.getConnection();
            if (idle >= grace + GOODBYE_MILLIS) {
                endPoint.close(); // an HTTP/2 peer that has got its GOAWAY and keeps the connection all the same
            } else if (idle >= grace && connection != null) {
                connection.close();
            }
        }
    }
}
