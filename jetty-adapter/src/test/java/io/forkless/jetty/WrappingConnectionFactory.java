package io.forkless.jetty;

import java.util.List;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.component.ContainerLifeCycle;

/** As hosts have it that count or instrument connections. */
final class WrappingConnectionFactory extends ContainerLifeCycle implements ConnectionFactory {
    private final ConnectionFactory wrapped;

    /** @param visible whether it has the wrapped one among its beans */
    WrappingConnectionFactory(ConnectionFactory wrapped, boolean visible) {
        this.wrapped = wrapped;
        if (visible) {
            installBean(wrapped);
        }
    }

    @Override
    public String getProtocol() {
        return wrapped.getProtocol();
    }

    @Override
    public List<String> getProtocols() {
        return wrapped.getProtocols();
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        return wrapped.newConnection(connector, endPoint);
    }
}
