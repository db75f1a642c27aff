package io.forkless.jetty;

import io.forkless.worker.DrainableServer;
import io.forkless.worker.IdleGrace;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.Container;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * A {@link Server} as the drain sees it: the shared connectors that run when the drain begins. Jetty's own graceful
 * shutdown has no part in it: {@link Graceful} handlers answer 503, and {@code shutdown()} of a connector cuts idle time-outs
 * short.
 */
final class DrainableJetty implements DrainableServer {
    /** Found by the test that watches what a drain loads. */
    private static final List<String> CLASSES_OF_DRAIN = List.of(
            "org.eclipse.jetty.http.MutableHttpFields",
            "org.eclipse.jetty.http2.ErrorCode",
            "org.eclipse.jetty.io.ManagedSelector",
            "org.eclipse.jetty.io.ssl.SslConnection",
            "org.eclipse.jetty.util.Callback",
            "org.eclipse.jetty.util.Promise",
            "org.eclipse.jetty.util.compression.CompressionPool",
            "org.eclipse.jetty.util.thread.ReservedThreadExecutor");

    private final Server server;
    private List<SharedServerConnector> connectors = List.of();

    DrainableJetty(Server server) {
        this.server = server;
    }

    @Override
    public List<String> classesOfDrain() {
        return CLASSES_OF_DRAIN;
    }

    @Override
    public void stopAccepting() throws IOException {
        connectors = SupervisedServer.connectorsOf(server)
                .filter(LifeCycle::isRunning)
                .toList();
        for (SharedServerConnector connector : connectors) {
            connector.giveUp();
        }
    }

    @Override
    public void announceEnd() {
        connectors.forEach(SharedServerConnector::announceEnd);
        connectors.forEach(DrainableJetty::sendGoAway);
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

    @Override
    public boolean isDrained() {
        return connectors.stream().allMatch(SharedServerConnector::isDrained);
    }

    @Override
    public void closeIdle() {
        connectors.forEach(DrainableJetty::closeIdle);
    }

    private static void closeIdle(SharedServerConnector connector) {
        IdleGrace grace = connector.idleGrace();
        for (EndPoint endPoint : connector.connections()) {
            Duration idle = ConnectionActivity.idleTime(endPoint);
            Connection connection = endPoint.getConnection();
            if (grace.isOverdue(idle)) {
                endPoint.close(); // an HTTP/2 peer that has got its GOAWAY and keeps the connection all the same
            } else if (grace.isOver(idle) && connection != null) {
                connection.close();
            }
        }
    }

    @Override
    public void stop() throws Exception {
        server.setStopTimeout(0);
        server.stop();
    }
}
