package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Outcome;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A supervisor in this JVM with {@link TestWorker}s as its processes. */
final class Cluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Supervisor supervisor;

    private Cluster(SupervisorBuilder builder, List<String> jvmOptions, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TestWorker.class.getName()));
        command.addAll(arguments);
        supervisor = builder.command(command).output(output, output).build();
        supervisor.start();
    }

    /** Listens on as many free ports of 127.0.0.1 as asked for; no worker may listen anywhere else. */
    static Cluster start(int workers, List<String> jvmOptions, String... arguments) throws Exception {
        return new Cluster(
                Supervisor.builder()
                        .workers(workers)
                        .maxFailedStarts(1)
                        .drainTimeout(Duration.ofSeconds(20))
                        .listen(ListenSpec.tcp("127.0.0.1", 0)),
                jvmOptions,
                List.of(arguments));
    }

    /** Grants the workers what they ask for. */
    static Cluster startOnDemand(int workers, List<String> jvmOptions, String... arguments) throws Exception {
        return new Cluster(Supervisor.builder().workers(workers).maxFailedStarts(1), jvmOptions, List.of(arguments));
    }

    Cluster ready() throws InterruptedException {
        assertThat(supervisor.awaitReady(PATIENCE)).as(this::output).isTrue();
        return this;
    }

    int port() {
        return ((InetSocketAddress) supervisor.addresses().get(0)).getPort();
    }

    void stop() {
        supervisor.stop();
    }

    Outcome outcome() throws InterruptedException {
        return supervisor.awaitTermination();
    }

    String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    void awaitOutput(String text) {
        await(text).atMost(PATIENCE).until(() -> output().contains(text));
    }

    @Override
    public void close() {
        supervisor.kill();
        supervisor.close();
    }
}
