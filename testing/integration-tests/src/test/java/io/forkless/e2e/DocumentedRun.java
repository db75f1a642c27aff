package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.e2e.Shell.Foreground;
import io.forkless.e2e.Shell.Result;
import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;

/** Enters commands of a document in their order, and looks whether each does what it is for. */
final class DocumentedRun implements AutoCloseable {
    private static final String EXAMPLE_OF_A_PID = "4711";

    /** curl(1): an empty reply, or a connection that was reset. */
    private static final Integer[] NO_ANSWER = {52, 56};

    private final Workplace workplace;
    private final Shell shell;

    /** What has started the supervisor that runs; null if none does. */
    private DocumentedCommand started;

    /** Null if it runs in the background. */
    private Foreground foreground;

    private int workers;

    DocumentedRun(Path directory, Document document) throws Exception {
        workplace = Workplace.in(directory, document);
        shell = workplace.shell();
    }

    void execute(DocumentedCommand command) throws Exception {
        if (command.startsSupervisor()) {
            end();
        }
        String text = fitted(command);
        if (command.isInForeground()) {
            begin(command, text);
            return;
        }
        Set<String> before = Set.of("restart", "upgrade").contains(command.verb()) ? answersOfAll() : Set.of();
        Result result = shell.run(text);
        if (command.isAnsweredByNobody()) {
            assertThat(result.status()).as(text).isIn((Object[]) NO_ANSWER);
        } else {
            assertThat(result.status()).as("%s%n%s", text, result.output()).isZero();
        }
        assertDone(command, result, before);
    }

    boolean hasSupervisor() {
        return started != null;
    }

    private String fitted(DocumentedCommand command) throws IOException {
        String fitted = workplace.fitted(command.text());
        return fitted.contains(EXAMPLE_OF_A_PID) ? fitted.replace(EXAMPLE_OF_A_PID, pid(answer())) : fitted;
    }

    private void begin(DocumentedCommand command, String text) throws Exception {
        foreground = shell.begin(text);
        started = command;
        workers = command.workers();
        if (command.isActivated()) {
            awaitThat("systemd's tool listens", () -> foreground.output().contains("Listening on"));
            answer();
        }
        awaitThat("all are ready", () -> foreground.output().contains("workers are READY"));
        if (command.listensOnPort()) {
            answersOfAll();
        }
        if (command.hasHook()) {
            Machine.kill(Long.parseLong(pid(answer())));
            awaitThat(
                    "the hook has logged it",
                    () -> Files.exists(workplace.logged())
                            && Files.readString(workplace.logged()).contains("killed by SIGKILL"));
        }
    }

    private void assertDone(DocumentedCommand command, Result result, Set<String> before) throws Exception {
        switch (command.verb()) {
            case "start" -> {
                started = command;
                workers = command.workers();
                answersOfAll();
            }
            case "status" -> assertThat(result.output()).contains("READY");
            case "restart" -> {
                Set<String> answers = answersOfAll();
                assertThat(answers).doesNotContainAnyElementsOf(before);
                Path directory = workplace.directoryOf(started);
                assertThat(answers)
                        .allSatisfy(answer -> assertThat(
                                        Path.of("/proc", pid(answer), "cwd").toRealPath())
                                .isEqualTo(directory));
                assertThat(serverIsJetty()).isEqualTo(workplace.hasFirstRelease(directory));
            }
            case "upgrade" -> {
                if (command.hasOtherProgram()) {
                    assertThat(answersOfAll()).doesNotContainAnyElementsOf(before);
                } else {
                    assertThat(answersOfAll()).isEqualTo(before);
                }
            }
            case "scale" -> {
                workers = command.scaled(workers);
                answersOfAll();
            }
            case "stop" -> {
                started = null;
                await("the command that ran it has ended")
                        .atMost(RunningProgram.PATIENCE)
                        .until(() -> foreground == null || !foreground.isAlive());
                foreground = null;
                assertThat(workplace.processes()).isEmpty();
            }
            default -> {
                // its status says it all
            }
        }
    }

    /** Stops what runs, in the way in which it is stopped. */
    void end() throws Exception {
        if (foreground != null) {
            Result result = foreground.interrupt();
            foreground = null;
            assertThat(result.status()).as("%s%n%s", started, result.output()).isZero();
        } else if (started != null) {
            execute(new DocumentedCommand("forkless stop --name web"));
        }
        started = null;
    }

    private Set<String> answersOfAll() {
        Set<String> answers = new HashSet<>();
        awaitThat(workers + " workers answer", () -> answers.add(answer()) && answers.size() >= workers);
        return answers;
    }

    private String answer() throws RequestException {
        return HttpConnection.get(workplace.port(), "/");
    }

    /** In {@code worker 0 pid 4711}. */
    private static String pid(String answer) {
        return answer.replaceFirst(".* pid (\\d+)\\s*", "$1");
    }

    private boolean serverIsJetty() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + workplace.port() + "/"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("Server")
                .orElse("")
                .startsWith("Jetty");
    }

    private void awaitThat(String what, Callable<Boolean> condition) {
        await(what).atMost(RunningProgram.PATIENCE).until(() -> {
            if (foreground != null && !foreground.isAlive()) {
                throw new AssertionError("it has ended: " + foreground.output());
            }
            return condition.call();
        });
    }

    @Override
    public void close() {
        shell.close();
        await("all its processes have ended").atMost(RunningProgram.PATIENCE).until(() -> {
            workplace.processes().forEach(ProcessHandle::destroyForcibly);
            return workplace.processes().isEmpty();
        });
    }
}
