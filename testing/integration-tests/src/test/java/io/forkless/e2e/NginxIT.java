package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.testing.load.Load;
import io.forkless.testing.load.Manner;
import io.forkless.testing.load.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that listen on a Unix-domain path, with nginx in front of them. */
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no listener on a path on Windows")
@Tag("long")
class NginxIT {
    private static final int WORKERS = 2;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"jetty-hello", "undertow-hello"})
    void rolling_restarts_behind_nginx_lose_no_request(String example) throws Exception {
        RunningNginx.assumeInstalled();
        Path path = temporary.resolve("web.sock");
        Path directory = Files.createDirectory(temporary.resolve("nginx"));
        try (RunningProgram forkless = RunningProgram.onUnixDomainPath(temporary, example, WORKERS, path)) {
            restartTwice(forkless, path, directory);

            forkless.operate("stop");
            assertThat(forkless.awaitExit()).as(forkless::output).isZero();
            assertThat(path).doesNotExist();
        }
    }

    private static void restartTwice(RunningProgram forkless, Path path, Path directory) throws Exception {
        try (RunningNginx nginx = RunningNginx.inFrontOf(path, directory);
                Load load = Load.start(nginx.port(), 16, Manner.values())) {
            for (int i = 0; i < 2; i++) {
                load.awaitMore(2000);
                Set<String> before = forkless.answersOfAll(WORKERS, nginx.port());
                forkless.operate("restart");
                assertThat(forkless.answersOfAll(WORKERS, nginx.port())).doesNotContainAnyElementsOf(before);
            }
            load.awaitMore(2000);

            String log = Files.readString(directory.resolve("nginx.log"));
            assertThat(load.lost())
                    .as("%s%n%s%n%s", load, forkless.output(), log)
                    .isZero();
            assertThat(load.count(Outcome.REFUSED)).as("%s", load).isZero();
        }
    }
}
