package io.forkless.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.tck.adapter.OlderHost;
import io.forkless.worker.Worker;
import java.lang.reflect.Constructor;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.jul.JULServiceProvider;

class RequiredJettyTest {
    @Test
    void the_tests_run_with_the_version_that_they_are_meant_for() {
        assertThat(Server.getVersion()).isEqualTo(System.getProperty("forkless.test.jettyVersion"));
    }

    @Test
    void with_an_older_jetty_the_first_connector_says_what_it_needs() throws Exception {
        try (OlderHost host = new OlderHost(
                SharedServerConnector.class, Worker.class, LoggerFactory.class, JULServiceProvider.class)) {
            Class<?> serverType = host.load(Server.class.getName());
            Object server = serverType.getConstructor().newInstance();
            Constructor<?> connector =
                    host.load(SharedServerConnector.class.getName()).getConstructor(serverType);

            assertThatThrownBy(() -> connector.newInstance(server))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("SharedServerConnector needs Jetty 12, and this is Jetty 11.");
        }
    }
}
