package io.forkless.benchmarks.service;

import io.forkless.benchmarks.harness.Bench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Starts what is measured: our server program alone, and as a group of workers. */
public final class Services {
    /** Options of a JVM that is quick to start, and not in the others' way on a small machine. */
    public static final List<String> SMALL_JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m");

    private final Bench bench;

    public Services(Bench bench) {
        this.bench = bench;
    }

    /** The server program in a process of its own, with these options of its own, on a free port of 127.0.0.1. */
    public ProcessService alone(String... options) throws IOException, InterruptedException {
        return alone(app(java(), List.of(), options));
    }

    /** The same with any command that runs the server program. */
    public ProcessService alone(List<String> command) throws IOException, InterruptedException {
        return ProcessService.start(builder(command), "serving: ");
    }

    /** A supervisor with that many workers that run the server program, all ready. */
    public ProcessService forkless(int workers, String... options) throws IOException, InterruptedException {
        return forkless(workers, app(java(), List.of(), options));
    }

    /** The same with any command as worker. */
    public ProcessService forkless(int workers, List<String> worker) throws IOException, InterruptedException {
        return supervisor(
                List.of("--workers", Integer.toString(workers)), worker, "all " + workers + " workers are READY");
    }

    /** A supervisor with options of its own, which has printed a line with this text. */
    public ProcessService supervisor(List<String> options, List<String> worker, String readyLine)
            throws IOException, InterruptedException {
        List<String> command = command("run", "--listen", "127.0.0.1:0");
        command.addAll(options);
        command.add("--");
        command.addAll(worker);
        return ProcessService.start(builder(command), readyLine);
    }

    /** A command line of {@code forkless}. */
    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(java().toString(), "-Djava.io.tmpdir=" + bench.temporary()));
        command.addAll(List.of("-jar", bench.forklessJar().toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Runs a command line of {@code forkless} to its end; a status other than 0 is a failure with what it has printed. */
    public void operate(String... arguments) throws IOException, InterruptedException {
        run(builder(command(arguments)));
    }

    /** The same for a tool of the JDK that runs this program. */
    public static void tool(String name, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(java().resolveSibling(name).toString()));
        command.addAll(Arrays.asList(arguments));
        run(new ProcessBuilder(command));
    }

    private static void run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(builder.command() + ": status " + status + ": " + output.strip());
        }
    }

    /** The command line of the server program; what {@code --help} says of it is in {@code app.App}. */
    public List<String> app(Path java, List<String> jvmOptions, String... options) {
        return program(java, jvmOptions, "io.forkless.benchmarks.app.App", options);
    }

    /** The command line of any program that is part of this one. */
    public List<String> program(Path java, List<String> jvmOptions, String mainClass, String... options) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-Djava.io.tmpdir=" + bench.temporary(), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", bench.benchmarksJar().toString(), mainClass));
        command.addAll(Arrays.asList(options));
        return command;
    }

    /** The JVM that runs this program. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    public ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(bench.temporary().toFile());
        builder.environment().remove("FORKLESS_RUNTIME_DIR"); // it would win over the temporary directory
        return builder;
    }
}
