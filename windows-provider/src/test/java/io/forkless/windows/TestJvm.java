package io.forkless.windows;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import io.forkless.spi.SharedListener;
import io.forkless.tck.WorkerProgram;
import io.forkless.testing.InteractiveJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.util.HexFormat;

/** Another process, which runs the {@link WorkerProgram} of the test kit with our provider. */
final class TestJvm extends InteractiveJvm {
    private TestJvm(JavaProgram program) throws IOException {
        super(program);
    }

    static TestJvm start() throws IOException {
        return new TestJvm(JavaProgram.of(WorkerProgram.class, new WindowsListenerProvider().name()));
    }

    /** One that has adopted the listener and accepts. */
    static TestJvm serving(SharedListener listener, int acceptors) throws Exception {
        TestJvm worker = start();
        String ticket = HexFormat.of().formatHex(listener.ticketFor(worker.handle()));
        assertThat(worker.ask("adopt " + ticket)).isEqualTo(WorkerProgram.DONE);
        assertThat(worker.ask("serve " + acceptors)).isEqualTo(WorkerProgram.DONE);
        return worker;
    }

    String run(Class<? extends WorkerProgram.Task> task) throws Exception {
        return ask("run " + task.getName());
    }

    /** Suspends all its threads; it can only be killed then. */
    void freeze() {
        TestKernel32 k = TestKernel32.INSTANCE;
        Pointer handle = k.OpenProcess(TestKernel32.PROCESS_SUSPEND_RESUME, false, (int) pid());
        assertThat(NtDll.INSTANCE.NtSuspendProcess(handle)).isZero();
        assertThat(k.CloseHandle(handle)).isTrue();
    }
}
