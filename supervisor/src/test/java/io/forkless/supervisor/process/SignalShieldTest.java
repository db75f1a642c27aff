package io.forkless.supervisor.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalShieldTest {
    private static final List<String> COMMAND = List.of("java", "-jar", "app.jar");

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "true,  true,  java,   a.b, /usr/bin/env",
                "true,  false, java,   a.b, /usr/bin/env",
                "true,  true,  a=b/java, A, /bin/sh", // env(1) would take it for a variable
                "true,  false, a=b/java, A, none",
                "false, true,  java,    _A, /bin/sh",
                "false, true,  java,   a.b, none", // dash(1) would drop that variable
                "false, true,  java,    1a, none",
                "false, false, java,     A, none"
            })
    void another_program_goes_first_if_it_passes_everything_on(
            boolean hasEnv, boolean hasShell, String program, String variable, String first) {
        Map<String, String> environment = new HashMap<>(Map.of(variable, "value"));
        List<String> around = shield(hasEnv, hasShell).around(List.of(program, "x y"), environment);
        assertThat(around).endsWith(program, "x y");
        assertThat(around.get(0)).isEqualTo(first == null ? program : first);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the number of a signal that is not in use is Linux's")
    void a_jvm_leaves_usr2_alone_unless_told_otherwise_by_the_operator() {
        Map<String, String> environment = new HashMap<>();
        shield(false, false).around(COMMAND, environment);
        assertThat(environment).as("it would die of USR2 then").isEmpty();
        shield(true, false).around(COMMAND, environment);
        assertThat(environment).containsExactly(Map.entry("_JAVA_SR_SIGNUM", "16"));
        environment.replace("_JAVA_SR_SIGNUM", "40");
        shield(true, false).around(COMMAND, environment);
        assertThat(environment).containsExactly(Map.entry("_JAVA_SR_SIGNUM", "40"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "env(1) of GNU")
    void a_shielded_program_survives_each_signal_and_has_its_words_and_its_environment(boolean byEnv) throws Exception {
        SignalShield found = SignalShield.ofThisSystem();
        ProcessBuilder builder = new ProcessBuilder().redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> !name.matches("\\w+")); // as tests are started by Maven
        builder.environment().put("GREETING", "a b");
        String program = "for s in HUP INT USR1 USR2 TTIN TTOU; do kill -$s $$; done; echo \"$GREETING|$1|$2\"";
        SignalShield shield = byEnv ? found : shield(false, true);
        builder.command(shield.around(List.of("/bin/sh", "-c", program, "sh", "", "c  \"d"), builder.environment()));
        Process process = builder.start();
        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("a b||c  \"d\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals of POSIX")
    void term_is_left_to_the_program() throws Exception {
        List<String> command = List.of("/bin/sh", "-c", "kill -TERM $$; echo survived");
        Process process = new ProcessBuilder(SignalShield.ofThisSystem().around(command, new HashMap<>())).start();
        assertThat(process.waitFor()).isEqualTo(128 + 15);
    }

    /** Without what holds signals off, which comes with a provider. */
    private static SignalShield shield(boolean hasEnv, boolean hasShell) {
        return new SignalShield(hasEnv, hasShell, Optional.empty());
    }

    @Test
    @EnabledOnOs(value = OS.WINDOWS, disabledReason = "every other system has sh(1)")
    void on_windows_a_command_is_as_it_is() {
        assertThat(SignalShield.ofThisSystem().around(COMMAND, new HashMap<>())).isEqualTo(COMMAND);
    }
}
