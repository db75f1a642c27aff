package io.forkless.supervisor.process;

import io.forkless.spi.HostProcess;
import io.forkless.supervisor.output.Attempt;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Has a worker ignore, from its first moment on, the signals that tell the supervisor what to do. They are often sent to all
 * processes of a service ({@code systemctl kill}, {@code kill -- -PGID}, a terminal), and a JVM that still boots dies or
 * stops of them. What a process ignores stays ignored over execve(2), and what it handles does not (signal(7)). So another
 * program goes first, which ignores them and then becomes the worker: env(1) of GNU, 8.31 or later, or sh(1). Until it does so
 * the signals are held off, which env(1) can end, and sh(1) cannot.
 */
public final class SignalShield {
    /** All that the supervisor reacts to but TERM, which drains a worker; and USR2, of which a JVM 17 dies. */
    private static final List<String> SIGNALS = List.of("HUP", "INT", "USR1", "USR2", "TTIN", "TTOU");

    /** The same on Linux, as {@code /proc/PID/status} shows them; asm-generic/signal.h. */
    private static final long BITS = 0x300a03;

    /**
     * HotSpot takes USR2 for its own use, whatever it has inherited, unless this variable has another number
     * ({@code os/posix/signals_posix.cpp}).
     */
    private static final String HOTSPOT_SIGNAL = "_JAVA_SR_SIGNUM";

    /** {@code SIGSTKFLT} of Linux, "unused" by signal(7). */
    private static final String UNUSED_SIGNAL = "16";

    private static final String ENV_PROGRAM = "/usr/bin/env";

    /** The first option also ends that they are blocked; of the second one the program makes use before. */
    private static final List<String> ENV = List.of(
            ENV_PROGRAM,
            "--default-signal=" + String.join(",", SIGNALS),
            "--ignore-signal=" + String.join(",", SIGNALS));

    private static final List<String> SHELL =
            List.of("/bin/sh", "-c", "trap '' " + String.join(" ", SIGNALS) + "; exec \"$@\"", "sh");

    /** What POSIX calls a name; several shells drop other variables. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private static final long PROBE_SECONDS = 10;

    /** Of a system that has no such signals, or for who starts nothing. */
    static final SignalShield NONE = new SignalShield(false, false, Optional.empty());

    private final boolean hasEnv;
    private final boolean hasShell;
    private final Optional<HostProcess> host;

    SignalShield(boolean hasEnv, boolean hasShell, Optional<HostProcess> host) {
        this.hasEnv = hasEnv;
        this.hasShell = hasShell;
        this.host = host;
    }

    /** With what there is on this system; nothing on Windows, which has no such signals. */
    public static SignalShield ofThisSystem() {
        if (File.separatorChar == '\\') {
            return NONE;
        }
        boolean hasShell = Files.isExecutable(Path.of(SHELL.get(0)));
        SignalShield shield = new SignalShield(true, hasShell, HostProcess.find());
        if (shield.envWorks()) {
            return shield;
        }
        if (!hasShell) {
            Attempt.log(
                    Level.INFO,
                    "workers that boot do not ignore " + SIGNALS + ": there is neither env(1) of GNU nor "
                            + SHELL.get(0));
        }
        return new SignalShield(false, hasShell, Optional.empty());
    }

    /**
     * @param environment the worker's; may be added to
     * @return the command, below another one if it can be
     */
    List<String> around(List<String> command, Map<String, String> environment) {
        List<String> shielded = new ArrayList<>(before(command.get(0), environment.keySet()));
        if (!shielded.isEmpty() && isLinux()) {
            environment.putIfAbsent(HOTSPOT_SIGNAL, UNUSED_SIGNAL);
        }
        shielded.addAll(command);
        return shielded;
    }

    /**
     * For a program that a worker starts but that is not a worker: it is to get the signals that a worker ignores.
     *
     * @return the command, started by env(1) if that is there
     */
    public List<String> undoneBefore(List<String> command) {
        if (!hasEnv) {
            return command;
        }
        List<String> undone = new ArrayList<>(ENV.subList(0, 2));
        undone.addAll(command);
        return undone;
    }

    private List<String> before(String program, Collection<String> variables) {
        if (hasEnv && program.indexOf('=') < 0) { // else it is a variable for env(1)
            return ENV;
        }
        boolean carried = variables.stream().allMatch(name -> NAME.matcher(name).matches());
        return hasShell && carried ? SHELL : List.of();
    }

    /** Starts what {@link #around} has made. */
    Process start(ProcessBuilder builder) throws IOException {
        if (host.isEmpty() || !builder.command().get(0).equals(ENV_PROGRAM)) {
            return builder.start();
        }
        HostProcess.HeldSignals held = host.get().holdSignals(SIGNALS);
        try {
            return builder.start();
        } finally {
            held.release();
        }
    }

    /** Whether it does what is expected of it. */
    private boolean envWorks() {
        List<String> command = new ArrayList<>(ENV);
        command.addAll(isLinux() ? List.of("cat", "/proc/self/status") : List.of("true"));
        try {
            Process process = start(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD));
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            String status = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return process.exitValue() == 0
                    && (!isLinux()
                            || (bits(status, "SigIgn:") & BITS) == BITS && (bits(status, "SigBlk:") & BITS) == 0);
        } catch (IOException | RuntimeException e) {
            return false; // it is not there, or not what it is elsewhere
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long bits(String status, String field) {
        return status.lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line ->
                        Long.parseUnsignedLong(line.substring(field.length()).strip(), 16))
                .sum();
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
    }
}
