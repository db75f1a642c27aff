package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers of both servers share one port. */
@Tag("long")
class MixedWorkersIT {
    @TempDir
    private Path temporary;

    @Test
    void jetty_and_undertow_serve_from_the_same_port_and_are_replaced_without_a_lost_request() throws Exception {
        try (RunningProgram forkless = RunningProgram.mixed(temporary, 4, "jetty-hello", "undertow-hello");
                Load load = Load.start(forkless.port(), 16, Manner.values())) {
            load.awaitMore(1000);

            forkless.operate("restart");
            load.awaitMore(1000);

            // Replacements take the lowest free index, and how many old workers still drain then is a matter of time.
            long jetty = forkless.count("is jetty-hello.jar");
            long undertow = forkless.count("is undertow-hello.jar");
            assertThat(List.of(jetty, undertow)).as("%s", forkless.output()).allMatch(count -> count > 2);
            assertThat(jetty + undertow).isEqualTo(4 + 4);
            assertThat(load.clientsByWorker()).as("%s", load).hasSizeGreaterThanOrEqualTo(3);
            assertThat(load.lost()).as("%s%n%s", load, forkless.output()).isZero();
            assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
        }
    }
}
