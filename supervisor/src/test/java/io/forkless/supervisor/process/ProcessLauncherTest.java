package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.Scoreboard;
import io.forkless.supervisor.archive.FastStart;
import io.forkless.supervisor.command.WorkerCommand;
import io.forkless.supervisor.command.WorkerEnvironment;
import io.forkless.supervisor.link.ControlServer;
import io.forkless.supervisor.link.ControlServerTest;
import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.WorkerOutput;
import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A launch that fails when the process runs already leaves nothing of it behind. */
class ProcessLauncherTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** As when the system has no thread left for the worker's output. */
    private static final WorkerOutput EXHAUSTED = new WorkerOutput() {
        @Override
        public void attach(int index, InputStream output, InputStream errors) {
            throw new InternalError("unable to create native thread");
        }

        @Override
        public Optional<Path> openFor(int index) {
            return Optional.empty();
        }

        @Override
        public void writtenBy(int index, Supplier<Reopening> process) {}

        @Override
        public void share(boolean shared) {}

        @Override
        public void handOver() {}

        @Override
        public Set<Integer> rotate() {
            return Set.of();
        }

        @Override
        public Optional<Path> fileOf(int index) {
            return Optional.empty();
        }

        @Override
        public boolean reopen() {
            return false;
        }

        @Override
        public void close() {}
    };

    @Test
    void an_error_after_the_spawn_ends_the_process_and_withdraws_the_bootstrap_file() throws Exception {
        Set<Long> before = children();
        PrivateDirectory directory = PrivateDirectory.create("forkless-test-");
        EventLoop loop = new EventLoop("process-launcher-test");
        List<String> command = JavaProgram.of(Sleeper.class).command();
        try (Scoreboard scoreboard = Scoreboard.create(directory.resolve(Scoreboard.FILE));
                ControlServer control =
                        new ControlServer(loop, directory, new Welcome(LIMIT, LIMIT), "token", operator -> {})) {
            Path here = Path.of("").toAbsolutePath();
            WorkerCommand workers =
                    new WorkerCommand(command, here, new WorkerEnvironment(Map.of(), here, System::getenv));
            ProcessLauncher launcher = new ProcessLauncher(
                    loop,
                    control,
                    directory,
                    scoreboard,
                    ControlServerTest.IGNORED,
                    (worker, status) -> {},
                    workers,
                    new Program(command, here),
                    "test",
                    EXHAUSTED,
                    new FastStart(null, workers, "test", here),
                    new Roster(directory, "test", directory.resolve("endpoint"), "", LIMIT, LIMIT));
            assertThatThrownBy(() -> launcher.launch(0)).isInstanceOf(InternalError.class);
            await().atMost(LIMIT).until(() -> before.containsAll(children()));
            try (Stream<Path> files = Files.list(directory.resolve("x").getParent())) {
                assertThat(files).noneMatch(file -> file.toString().endsWith(".bootstrap"));
            }
        } finally {
            loop.start();
            loop.stop();
            directory.close();
        }
        await().atMost(LIMIT)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("process-launcher-test")));
    }

    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }
}
