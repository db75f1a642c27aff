package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.posix.CallRecorder.Call;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.SharedListener;
import io.forkless.tck.WorkerProgram;
import io.forkless.testing.Client;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Native calls are for the hand-off: after it the JDK accepts, as from a listener of its own. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "its workers adopt what Linux hands over")
class AcceptPathTest {
    private static final int CONNECTIONS = 2000;

    @Test
    void an_accepted_connection_costs_no_native_call_of_ours() throws Exception {
        PosixListenerProvider provider = new PosixListenerProvider();
        try (CallRecorder recorder = new CallRecorder("com.sun.jna.*", WorkerProgram.class.getName());
                SharedListener listener = provider.listen(ListenSpec.tcp("127.0.0.1", 0));
                WorkerJvm worker = WorkerJvm.startWith(recorder.jvmOption())) {
            recorder.attach();
            worker.adopt(listener); // loads what it needs, in less time than a ticket is valid for
            worker.tell("close");
            recorder.record();
            worker.adopt(listener);
            worker.run(WorkerTasks.ExpectNoQuiesce.class); // as its supervisor says
            worker.tell("serve 1");
            for (int i = 0; i < CONNECTIONS; i++) {
                assertThat(Client.servedBy(listener.localAddress())).isEqualTo(worker.pid());
            }
            worker.tell("close");
            // adopt, expect, accept, close: whatever was called before the last one has been recorded by then
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> recorder.calls().stream()
                                    .filter(call -> call.method().equals("obey"))
                                    .count()
                            == 4);

            List<Call> calls = recorder.calls();
            assertThat(jnaCallsBy("main", calls)).as("at the hand-off").isNotEmpty();
            assertThat(calls).contains(new Call("acceptor-0", WorkerProgram.class.getName(), "serve"));
            assertThat(jnaCallsBy("acceptor-0", calls)).as("while it accepts").isEmpty();
        }
    }

    private static List<Call> jnaCallsBy(String thread, List<Call> calls) {
        return calls.stream()
                .filter(call -> call.thread().equals(thread))
                .filter(call -> call.type().startsWith("com.sun.jna."))
                .toList();
    }
}
