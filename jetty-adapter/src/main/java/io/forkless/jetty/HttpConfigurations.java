package io.forkless.jetty;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.util.component.Container;

/** Finds how a connector is configured for HTTP, behind connection factories that wrap others as well. */
final class HttpConfigurations {
    /** As Jetty names them: http/1.1, h2, h2c, h3, and lists and decorations of these. */
    private static final Pattern HTTP = Pattern.compile("\\b(http/\\d|h2c?\\b|h3\\b)", Pattern.CASE_INSENSITIVE);

    private HttpConfigurations() {}

    /**
     * All of them, each once; none if the connector speaks other protocols only.
     *
     * @throws IllegalStateException if a factory is for HTTP and does not show its configuration
     */
    static Set<HttpConfiguration> of(Connector connector) {
        Set<HttpConfiguration> all = new LinkedHashSet<>();
        for (ConnectionFactory factory : connector.getConnectionFactories()) {
            Set<HttpConfiguration> found = of(factory);
            if (found.isEmpty()
                    && HTTP.matcher(factory.getProtocols().toString()).find()) {
                throw new IllegalStateException("connection factory " + factory.getProtocols() + " " + factory
                        + " shows no HttpConfiguration: no response could announce that its connection ends, and clients of"
                        + " a worker that drains would lose requests. If it wraps another factory, let it be a"
                        + " ContainerLifeCycle that has the other one as a bean (addBean)");
            }
            all.addAll(found);
        }
        return all;
    }

    /** That of HTTP/1 tells of its configuration, that of HTTP/2 has it as a bean. */
    private static Set<HttpConfiguration> of(ConnectionFactory factory) {
        Set<Object> candidates = new LinkedHashSet<>(Set.of(factory));
        if (factory instanceof Container container) {
            candidates.addAll(container.getContainedBeans(HttpConfiguration.ConnectionFactory.class));
            candidates.addAll(container.getContainedBeans(HttpConfiguration.class));
        }
        Set<HttpConfiguration> found = new LinkedHashSet<>();
        for (Object candidate : candidates) {
            if (candidate instanceof HttpConfiguration.ConnectionFactory http) {
                found.add(http.getHttpConfiguration());
            } else if (candidate instanceof HttpConfiguration configuration) {
                found.add(configuration);
            }
        }
        return found;
    }
}
