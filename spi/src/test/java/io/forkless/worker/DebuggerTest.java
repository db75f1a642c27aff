package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DebuggerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005",
                "-agentpath:/opt/jdk/lib/libjdwp.so=transport=dt_socket",
                "-Xrunjdwp:transport=dt_socket"
            })
    void the_agent_of_a_debugger_is_known_by_its_option(String option) {
        assertThat(Debugger.isAmong(List.of("-Xmx9m", option))).isTrue();
    }

    @Test
    void other_agents_suspend_nothing() {
        assertThat(Debugger.isAmong(
                        List.of("-agentlib:hprof", "-javaagent:jdwp.jar", "-agentpath:/x/y.so=jdwp", "-Xdebug")))
                .isFalse();
    }
}
