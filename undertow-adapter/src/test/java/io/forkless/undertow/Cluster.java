package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Outcome;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A supervisor in this JVM with {@link TestWorker}s as its processes. */
final class Cluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Supervisor supervisor;

    private Cluster(SupervisorBuilder builder, List<String> jvmOptions, String classPath, List<String> arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath, TestWorker.class.getName()));
        command.addAll(arguments);
        supervisor = builder.command(command).output(output, output).build();
        supervisor.start();
    }

    /** Listens on as many free ports of 127.0.0.1 as asked for; no worker may listen anywhere else. */
    static Cluster start(int workers, List<String> jvmOptions, String... arguments) throws Exception {
        return new Cluster(onFreePort(workers), jvmOptions, CLASS_PATH, List.of(arguments));
    }

    /** The workers' class path is without those entries. */
    static Cluster startWithout(Predicate<String> classPathEntry, String... arguments) throws Exception {
        String classPath = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .filter(classPathEntry.negate())
                .collect(Collectors.joining(File.pathSeparator));
        return new Cluster(onFreePort(1), List.of(), classPath, List.of(arguments));
    }

    private static SupervisorBuilder onFreePort(int workers) {
        return Supervisor.builder()
                .workers(workers)
                .maxFailedStarts(1)
                .drainTimeout(Duration.ofSeconds(20))
                .listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    /** Grants the workers what they ask for. */
    static Cluster startOnDemand(int workers, List<String> jvmOptions, String... arguments) throws Exception {
        return new Cluster(
                Supervisor.builder().workers(workers).maxFailedStarts(1), jvmOptions, CLASS_PATH, List.of(arguments));
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
