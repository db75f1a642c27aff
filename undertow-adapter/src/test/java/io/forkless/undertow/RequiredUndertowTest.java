package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.tck.adapter.OlderHost;
import io.forkless.worker.Worker;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequiredUndertowTest {
    @Test
    void with_an_older_undertow_the_builder_says_what_it_needs() throws Exception {
        try (OlderHost host = new OlderHost(ForklessUndertow.class, Worker.class)) {
            Method builder = host.load(ForklessUndertow.class.getName()).getMethod("builder");

            assertThatThrownBy(() -> builder.invoke(null))
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("ForklessUndertow needs Undertow 2.3 or later, and this is Undertow 2.2.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.4.28.Final", "2.2.99", "2.2", "0.9.0"})
    void these_are_older(String version) {
        assertThatIllegalStateException()
                .isThrownBy(() -> RequiredUndertow.check(version))
                .withMessageContaining(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.0.Final", "2.10.1.Final", "3.0.0.Alpha1", "2.3", "Unknown", "", "redhat-2.2"})
    void these_are_not(String version) {
        assertThatCode(() -> RequiredUndertow.check(version)).doesNotThrowAnyException();
    }
}
