package io.forkless.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the machine, the user and the terminal have of traps. */
class MachineTrapsTest {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             256                  %s                   processes
            Max open files            256                  %s                   files
            """;

    @TempDir
    private Path root;

    private final Properties properties = new Properties();

    @ParameterizedTest
    @CsvSource({"LC_ALL, C", "LC_CTYPE, POSIX", "LANG, C"})
    void a_locale_without_all_characters_is_one(String variable, String value) {
        properties.put("sun.jnu.encoding", "ANSI_X3.4-1968");
        assertThat(new NarrowEncoding().find(surroundings(Map.of(variable, value))))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.what()).contains(variable + "=" + value, "ANSI_X3.4-1968");
                    assertThat(finding.remedy()).contains("LC_ALL=C.UTF-8");
                });
    }

    @Test
    void the_first_variable_decides_and_there_may_be_none() {
        properties.put("sun.jnu.encoding", "ISO-8859-1");
        Map<String, String> both = Map.of("LANG", "en_US.UTF-8", "LC_ALL", "de_DE");
        assertThat(what(new NarrowEncoding(), both)).contains("LC_ALL=de_DE").doesNotContain("en_US");
        assertThat(what(new NarrowEncoding(), Map.of())).contains("none is set");
    }

    @Test
    void utf_8_is_none_and_windows_has_no_such_trap() {
        properties.put("sun.jnu.encoding", "UTF-8");
        assertThat(new NarrowEncoding().find(surroundings(Map.of()))).isEmpty();
        properties.put("sun.jnu.encoding", "Cp1252");
        properties.put("os.name", "Windows Server 2022");
        assertThat(new NarrowEncoding().find(surroundings(Map.of()))).isEmpty();
    }

    @Test
    void a_jvm_as_process_1_is_one() throws IOException {
        assertThat(new FirstProcess().find(new Surroundings(Map.of(), properties, root, 1, 2, 0)))
                .singleElement()
                .satisfies(finding -> assertThat(finding.remedy()).contains("--init"));
        assertThat(new FirstProcess().find(surroundings(Map.of()))).isEmpty();
        write("proc/1/comm", "systemd\n");
        assertThat(new FirstProcess().find(surroundings(Map.of()))).isEmpty();
        write("proc/1/comm", "java\n");
        assertThat(new FirstProcess().find(surroundings(Map.of()))).hasSize(1);
    }

    @Test
    void few_files_are_one_and_the_soft_limit_does_not_matter() throws IOException {
        write("proc/self/limits", LIMITS.formatted("unlimited", "1024"));
        assertThat(what(new LowLimits(), Map.of())).contains("1024 files");
        write("proc/self/limits", LIMITS.formatted("unlimited", "524288"));
        assertThat(new LowLimits().find(surroundings(Map.of()))).isEmpty();
    }

    @Test
    void few_threads_of_a_user_are_one_unless_it_is_root() throws IOException {
        write("proc/self/limits", LIMITS.formatted("512", "unlimited"));
        properties.put("user.name", "web");
        assertThat(what(new LowLimits(), Map.of())).contains("512 threads");
        properties.put("user.name", "root");
        assertThat(new LowLimits().find(surroundings(Map.of()))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0::/system.slice/web.service,      sys/fs/cgroup/system.slice/web.service/pids.max",
        "0::/,                              sys/fs/cgroup/pids.max",
        "8:pids:/docker/f00,                sys/fs/cgroup/pids/docker/f00/pids.max",
        "8:pids:/docker/of-the-host,        sys/fs/cgroup/pids/pids.max"
    })
    void few_threads_of_a_control_group_are_one(String group, String file) throws IOException {
        write("proc/self/cgroup", "4:memory:/elsewhere\n" + group + "\n");
        write(file, "100\n");
        assertThat(what(new LowLimits(), Map.of())).contains("100 threads");
        write(file, "max\n");
        assertThat(new LowLimits().find(surroundings(Map.of()))).isEmpty();
    }

    @Test
    void a_terminal_that_stops_who_writes_is_one() {
        String settings = "speed 38400 baud; rows 24;\n-echonl -noflsh tostop -echoprt\n";
        assertThat(new StoppingTerminal(() -> settings).find(surroundings(Map.of())))
                .singleElement()
                .satisfies(finding -> assertThat(finding.remedy()).contains("stty -tostop"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-echonl -noflsh -tostop -echoprt"})
    void one_that_does_not_is_none(String settings) {
        assertThat(new StoppingTerminal(() -> settings).find(surroundings(Map.of())))
                .isEmpty();
    }

    @Test
    void a_user_without_a_home_is_one() {
        properties.put("user.home", "?");
        assertThat(new NoHome().find(surroundings(Map.of()))).hasSize(1);
        properties.put("user.home", "/home/web");
        assertThat(new NoHome().find(surroundings(Map.of()))).isEmpty();
    }

    @Test
    void temporary_files_that_nobody_else_sees_are_one() throws IOException {
        properties.put("java.io.tmpdir", "/tmp");
        String mount = "%s / / rw - ext4 /dev/vda rw\n36 25 8:1 %s %s rw,nosuid shared:1 - tmpfs tmpfs rw\n";
        write("proc/self/mountinfo", mount.formatted("27 1 8:0", "/systemd-private-0f-web.service-Xy/tmp", "/tmp"));
        assertThat(what(new PrivateTemporaryDirectory(), Map.of())).contains("PrivateTmp=");
        write("proc/self/mountinfo", mount.formatted("27 1 8:0", "/", "/tmp"));
        assertThat(new PrivateTemporaryDirectory().find(surroundings(Map.of()))).isEmpty();
    }

    private String what(Trap trap, Map<String, String> environment) {
        List<Finding> findings = trap.find(surroundings(environment));
        assertThat(findings).hasSize(1);
        return findings.get(0).what();
    }

    private Surroundings surroundings(Map<String, String> environment) {
        return new Surroundings(environment, properties, root, 4711, 2, 0);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }
}
