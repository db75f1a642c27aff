package io.forkless.tck.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.spi.ListenSpec;
import io.forkless.supervisor.Supervisor;
import io.forkless.supervisor.SupervisorBuilder;
import io.forkless.supervisor.status.Outcome;
import io.forkless.supervisor.status.WorkerState;
import io.forkless.supervisor.status.WorkerStatus;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A supervisor in this JVM, with a test's program in its worker processes. */
public final class Cluster implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Supervisor supervisor;

    private Cluster(SupervisorBuilder builder, List<String> command) throws IOException {
        supervisor = builder.maxFailedStarts(1)
                .drainTimeout(PATIENCE)
                .command(command)
                .output(output, output)
                .build();
        supervisor.start();
    }

    /** Listens on a free port of 127.0.0.1; no worker may listen anywhere else. */
    static Cluster start(int workers, Program program) throws IOException {
        return new Cluster(onFreePort(workers), program.command(CLASS_PATH));
    }

    /** Listens on that path only. */
    static Cluster start(int workers, Path unixDomainPath, Program program) throws IOException {
        SupervisorBuilder builder =
                Supervisor.builder().workers(workers).listen(ListenSpec.unix(unixDomainPath.toString()));
        return new Cluster(builder, program.command(CLASS_PATH));
    }

    /** Grants the workers what they ask for. */
    static Cluster startOnDemand(int workers, Program program) throws IOException {
        return new Cluster(Supervisor.builder().workers(workers), program.command(CLASS_PATH));
    }

    /** The worker's class path is without those entries. */
    static Cluster startWithout(Predicate<String> classPathEntry, Program program) throws IOException {
        String classPath = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .filter(classPathEntry.negate())
                .collect(Collectors.joining(File.pathSeparator));
        return new Cluster(onFreePort(1), program.command(classPath));
    }

    /**
     * The workers have a module path, with the modules of this JVM's class path, and no class path.
     *
     * @param module has the package that the program is in
     */
    public static Cluster startOnModulePath(int workers, String module, Class<?> program, String... arguments)
            throws IOException {
        List<String> command = javaCommand();
        command.addAll(List.of(
                "--module-path",
                Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                        .filter(Cluster::isModule)
                        .collect(Collectors.joining(File.pathSeparator)),
                "--patch-module",
                module + "="
                        + Path.of(URI.create(program.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString())),
                "--module",
                module + "/" + program.getName()));
        command.addAll(List.of(arguments));
        return new Cluster(onFreePort(workers), command);
    }

    /** JNA is the only one without a descriptor that a module of ours requires. */
    private static boolean isModule(String classPathEntry) {
        try {
            return ModuleFinder.of(Path.of(classPathEntry)).findAll().stream()
                    .map(ModuleReference::descriptor)
                    .anyMatch(module -> !module.isAutomatic() || module.name().equals("com.sun.jna"));
        } catch (FindException e) {
            return false;
        }
    }

    private static SupervisorBuilder onFreePort(int workers) {
        return Supervisor.builder().workers(workers).listen(ListenSpec.tcp("127.0.0.1", 0));
    }

    private static List<String> javaCommand() {
        return new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m"));
    }

    /** What a worker runs: a main class of the tests. */
    record Program(Class<?> main, List<String> jvmOptions, List<String> arguments) {
        private List<String> command(String classPath) {
            List<String> command = javaCommand();
            command.addAll(jvmOptions);
            command.addAll(List.of("-cp", classPath, main.getName()));
            command.addAll(arguments);
            return command;
        }
    }

    /** Returns when all workers are ready. */
    public Cluster ready() throws InterruptedException {
        assertThat(supervisor.awaitReady(PATIENCE)).as(this::output).isTrue();
        return this;
    }

    /** Asserts that this worker does not become ready for a while. */
    public void assertNotReady() throws InterruptedException {
        assertThat(supervisor.awaitReady(Duration.ofMillis(500))).isFalse();
    }

    /** Returns when there are so many workers, all of them ready. */
    void scale(int workers) throws Exception {
        supervisor.scale(workers).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await().atMost(PATIENCE)
                .until(() -> supervisor.workers().stream()
                                .filter(worker -> worker.state() == WorkerState.READY)
                                .count()
                        == workers);
    }

    /** Returns when the workers have told that no connection is open; so many have been. */
    void awaitNoConnection(int accepted) {
        await().atMost(PATIENCE)
                .until(() -> supervisor.workers().stream()
                                        .mapToLong(WorkerStatus::accepted)
                                        .sum()
                                == accepted
                        && supervisor.workers().stream().allMatch(worker -> worker.open() == 0));
    }

    List<Long> pids() {
        return supervisor.workers().stream().map(WorkerStatus::pid).toList();
    }

    /** Stops the other workers, on Linux; returns when all of their threads stand still. */
    void freezeAllBut(long pid) throws Exception {
        for (long other : pids()) {
            if (other != pid) {
                Process kill = new ProcessBuilder("kill", "-STOP", Long.toString(other))
                        .inheritIO()
                        .start();
                assertThat(kill.waitFor()).isZero();
                await().atMost(PATIENCE).until(() -> isStopped(other));
            }
        }
    }

    /** See proc(5), {@code /proc/PID/task/TID/stat}. */
    private static boolean isStopped(long pid) throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path thread : threads) {
                if (!Files.readString(thread.resolve("stat")).matches("(?s).*\\) T .*")) {
                    return false;
                }
            }
            return true;
        }
    }

    public int port() {
        return ((InetSocketAddress) supervisor.addresses().get(0)).getPort();
    }

    /** Begins to drain the workers. */
    public void stop() {
        supervisor.stop();
    }

    /**
     * Sends {@code TERM} to one worker of several, which the supervisor replaces.
     *
     * @return how that one ended, in the supervisor's words
     */
    public String terminateOne() {
        WorkerStatus victim = supervisor.workers().get(0);
        ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroy);
        return await().atMost(PATIENCE)
                .until(() -> supervisor.workers().get(0).lastExit(), exit -> !exit.equals(victim.lastExit()));
    }

    /** Waits until the supervisor has ended. */
    public Outcome outcome() throws InterruptedException {
        return supervisor.awaitTermination();
    }

    /** What the workers have printed so far. */
    public String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    public void awaitOutput(String text) {
        await(text).atMost(PATIENCE).until(() -> output().contains(text));
    }

    @Override
    public void close() {
        supervisor.kill();
        supervisor.close();
    }
}
