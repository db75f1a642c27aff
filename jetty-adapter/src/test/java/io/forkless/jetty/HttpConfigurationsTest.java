package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Set;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ProxyConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpConfigurationsTest {
    private final HttpConfiguration http1 = new HttpConfiguration();
    private final HttpConfiguration http2 = new HttpConfiguration();

    @Test
    void each_configuration_is_found_once_beside_factories_that_have_none() {
        assertThat(of(
                        new DetectorConnectionFactory(
                                new ProxyConnectionFactory(),
                                new SslConnectionFactory(new SslContextFactory.Server(), "alpn")),
                        new ALPNServerConnectionFactory(),
                        new HTTP2ServerConnectionFactory(http2),
                        new HTTP2CServerConnectionFactory(http1),
                        new HttpConnectionFactory(http1)))
                .containsExactlyInAnyOrder(http1, http2);
    }

    @Test
    void it_is_found_behind_wrapping_factories() {
        ConnectionFactory twice = new WrappingConnectionFactory(
                new WrappingConnectionFactory(new HttpConnectionFactory(http1), true), true);

        assertThat(of(twice)).containsExactly(http1);
    }

    @Test
    void a_factory_for_http_that_hides_it_is_refused_even_beside_another_one() {
        assertThatIllegalStateException()
                .isThrownBy(() -> of(
                        new HttpConnectionFactory(http1),
                        new WrappingConnectionFactory(new HTTP2CServerConnectionFactory(http2), false)))
                .withMessageContaining("h2c")
                .withMessageContaining("addBean");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0", "h2", "h2c", "h3", "[SSL|http/1.1]", "counted-http/1.1"})
    void these_are_protocols_of_http(String protocol) {
        assertThatIllegalStateException().isThrownBy(() -> of(new OtherProtocol(protocol)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"echo", "SSL", "alpn", "[proxy]", "fcgi/1.0", "oh2", "h2o"})
    void a_connector_of_other_protocols_has_none(String protocol) {
        assertThat(of(new OtherProtocol(protocol))).isEmpty();
    }

    private static Set<HttpConfiguration> of(ConnectionFactory... factories) {
        return HttpConfigurations.of(new SharedServerConnector(new Server(), factories));
    }

    private static final class OtherProtocol extends AbstractConnectionFactory {
        OtherProtocol(String protocol) {
            super(protocol);
        }

        @Override
        public Connection newConnection(Connector connector, EndPoint endPoint) {
            throw new UnsupportedOperationException();
        }
    }
}
