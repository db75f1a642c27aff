package io.forkless.windows;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import io.forkless.spi.SharedListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A {@link WorkerProgram} in a JVM of its own. */
final class TestJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private TestJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    static TestJvm start(int acceptors) throws IOException {
        List<String> command = command(WorkerProgram.class, Integer.toString(acceptors));
        return new TestJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** One that has adopted the listener and accepts. */
    static TestJvm serving(SharedListener listener, int acceptors) throws IOException {
        TestJvm worker = start(acceptors);
        assertThat(worker.tell(HexFormat.of().formatHex(listener.ticketFor(worker.handle()))))
                .isEqualTo("adopted");
        return worker;
    }

    static List<String> command(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    long pid() {
        return process.pid();
    }

    /** @return the answer, or {@code null} if the process has ended */
    String tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        return output.readLine();
    }

    /** Suspends all its threads; it can only be killed then. */
    void freeze() {
        TestKernel32 k = TestKernel32.INSTANCE;
        Pointer handle = k.OpenProcess(TestKernel32.PROCESS_SUSPEND_RESUME, false, (int) pid());
        assertThat(NtDll.INSTANCE.NtSuspendProcess(handle)).isZero();
        assertThat(k.CloseHandle(handle)).isTrue();
    }

    /** {@code TerminateProcess}. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        kill();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }
}
