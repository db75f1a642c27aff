package io.forkless.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.jna.Native;
import io.forkless.testing.JavaProgram;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@link FreshJvm} in JVMs of its own, to see what flags do and do not matter. */
class FreshJvmTest {
    private static final Class<?>[] ALL = {FreshJvm.class, NioChannels.class, Native.class};
    private static final Class<?>[] WITHOUT_JNA = {FreshJvm.class, NioChannels.class};

    @TempDir
    Path directory;

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "from 24 on the JVM warns of JNA's native access")
    void no_flag_is_needed_and_nothing_is_said() throws Exception {
        assertThat(run(ALL)).isEqualTo(new Outcome(0, ""));
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24, disabledReason = "before 24 there is no such warning")
    void no_flag_is_needed_and_only_the_warning_of_native_access_is_printed() throws Exception {
        Outcome outcome = run(ALL);
        assertThat(outcome.exitCode()).as(outcome.stderr()).isZero();
        assertThat(outcome.stderr().lines()).allMatch(line -> line.isEmpty() || line.startsWith("WARNING: "));
        assertThat(outcome.stderr()).contains("com.sun.jna.Native").doesNotContain("io.forkless", "sun.nio.ch");
    }

    @Test
    void nothing_is_said_when_native_access_is_enabled() throws Exception {
        assertThat(run(ALL, "--enable-native-access=ALL-UNNAMED")).isEqualTo(new Outcome(0, ""));
    }

    @Test
    void a_jvm_told_to_prefer_ipv4_wraps_as_well() throws Exception {
        assertThat(run(ALL, "--enable-native-access=ALL-UNNAMED", "-Djava.net.preferIPv4Stack=true"))
                .isEqualTo(new Outcome(0, ""));
    }

    @Test
    void a_missing_jna_is_reported_with_reason_and_remedy() throws Exception {
        assertUnsupported(run(WITHOUT_JNA), "ClassNotFoundException: com.sun.jna", "put net.java.dev.jna:jna");
    }

    @Test
    void a_native_library_that_cannot_be_unpacked_is_reported_with_reason_and_remedy() throws Exception {
        Outcome outcome = run(ALL, "-Djna.nounpack=true", "-Djna.nosys=true", "-Djna.boot.library.path=" + directory);
        assertUnsupported(outcome, "UnsatisfiedLinkError", "-Djna.tmpdir");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24, disabledReason = "before 24 native access cannot be denied")
    void denied_native_access_is_reported_with_reason_and_remedy() throws Exception {
        Outcome outcome = run(ALL, "--illegal-native-access=deny");
        assertUnsupported(outcome, "IllegalCallerException", "--enable-native-access=ALL-UNNAMED");
    }

    private static void assertUnsupported(Outcome outcome, String reason, String remedy) {
        assertThat(outcome.exitCode()).isOne();
        assertThat(outcome.stderr()
                        .lines()
                        .filter(line -> line.contains("UnsupportedOperationException: JNA cannot load")))
                .singleElement()
                .asString()
                .contains(System.getProperty("java.version"), reason, remedy);
    }

    private Outcome run(Class<?>[] classPath, String... flags) throws IOException, InterruptedException {
        String roots = Stream.of(classPath).map(FreshJvmTest::rootOf).collect(Collectors.joining(File.pathSeparator));
        Path stderr = directory.resolve("stderr");
        Process process = JavaProgram.onClassPath(roots, FreshJvm.class)
                .withoutOptions()
                .options(flags)
                .withConsole()
                .process()
                .redirectError(stderr.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(50, TimeUnit.SECONDS))
                    .as("ended: %s", process.info())
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        Outcome outcome = new Outcome(process.exitValue(), Files.readString(stderr, StandardCharsets.UTF_8));
        // Windows may count a file as open for a moment after the process that had it has ended.
        await().ignoreExceptionsInstanceOf(FileSystemException.class).until(() -> Files.deleteIfExists(stderr));
        return outcome;
    }

    /** The directory or jar a class comes from, on the class path as well as in a patched module. */
    private static String rootOf(Class<?> type) {
        String file = type.getName().replace('.', '/') + ".class";
        URL url = type.getClassLoader().getResource(file);
        String location = url.toString();
        String root = location.substring(0, location.length() - file.length());
        if (root.startsWith("jar:")) {
            root = root.substring("jar:".length(), root.length() - "!/".length());
        }
        try {
            return Path.of(new URI(root)).toString();
        } catch (URISyntaxException impossible) {
            throw new AssertionError(root, impossible);
        }
    }

    private record Outcome(int exitCode, String stderr) {}
}
