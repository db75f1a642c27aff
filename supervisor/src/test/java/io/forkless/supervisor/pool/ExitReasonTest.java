package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExitReasonTest {
    @ParameterizedTest
    @CsvSource({
        "0,exited with status 0",
        "1,exited with status 1",
        "127,exited with status 127",
        "128,exited with status 128",
        "129,killed by SIGHUP (status 129)",
        "134,killed by SIGABRT (status 134)",
        "137,killed by SIGKILL (status 137)",
        "139,killed by SIGSEGV (status 139)",
        "143,killed by SIGTERM (status 143)",
        "255,exited with status 255",
        "-1073741819,exited with status -1073741819"
    })
    void a_status_is_put_into_words(int status, String words) {
        assertThat(ExitReason.describe(status)).isEqualTo(words);
    }

    /** This process may have been told to ignore some of them, by {@code nohup} or a shell's {@code &}; the other must not. */
    @ParameterizedTest
    @CsvSource({"TERM", "KILL", "SEGV", "ABRT", "HUP", "QUIT"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals on Windows")
    void the_signal_that_ended_a_real_process_is_named(String signal) throws Exception {
        Process process = new ProcessBuilder(
                        "env", "--default-signal=HUP,QUIT", "sh", "-c", "kill -" + signal + " $$; sleep 60")
                .start();
        assertThat(ExitReason.describe(process.waitFor())).startsWith("killed by SIG" + signal + " ");
    }
}
