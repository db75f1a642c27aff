package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapFileTest {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("worker-0" + BootstrapFile.FILE_SUFFIX);
    }

    static Stream<SocketAddress> addresses() {
        return Stream.of(
                UnixDomainSocketAddress.of(Path.of("run", "control.sock").toAbsolutePath()),
                UnixDomainSocketAddress.of(
                        Path.of("füße = 東京 #1!", "control.sock").toAbsolutePath()),
                new InetSocketAddress("127.0.0.1", 4711));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void a_bootstrap_file_is_read_back_as_it_was_written_and_is_then_gone(SocketAddress address) throws Exception {
        BootstrapFile bootstrap = new BootstrapFile(3, address, TOKEN);

        bootstrap.writeTo(file);

        assertThat(BootstrapFile.take(file)).isEqualTo(bootstrap);
        assertThat(file).doesNotExist();
    }

    @Test
    void what_a_worker_needs_for_the_next_supervisor_is_read_back_as_it_was_written() throws Exception {
        BootstrapFile bootstrap = withService();

        bootstrap.writeTo(file);

        assertThat(BootstrapFile.take(file)).isEqualTo(bootstrap);
        assertThat(bootstrap.toString()).doesNotContain(TOKEN);
    }

    /** Which reads what it knows, as this one did before, and of which nobody knows whether it ignores the rest. */
    @Test
    void an_older_worker_finds_in_it_what_it_knows() throws Exception {
        withService().writeTo(file);
        Properties with = properties();
        Files.delete(file);
        write();
        Properties without = properties();

        assertThat(with.stringPropertyNames()).contains("name", "endpoint", "record", "origin", "orphan-timeout");
        assertThat(with).containsAllEntriesOf(without);
        assertThat(BootstrapFile.take(file).service()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "endpoint", "record", "origin"})
    void a_half_of_what_it_needs_is_no_bootstrap_file(String missing) throws Exception {
        withService().writeTo(file);
        Properties properties = properties();
        properties.remove(missing);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        Files.writeString(file, text.toString());

        assertNotABootstrapFile(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private BootstrapFile withService() {
        return new BootstrapFile(0, new InetSocketAddress("127.0.0.1", 4711), TOKEN)
                .withService(new BootstrapFile.Service(
                        "web",
                        directory.resolve("my ü").resolve("web.endpoint"),
                        directory.resolve("web.service").resolve("0-1.worker"),
                        "origin = 1",
                        Duration.ofMillis(1500)));
    }

    private Properties properties() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        return properties;
    }

    @Test
    void the_file_of_the_output_is_told_too_unless_it_has_no_room() throws Exception {
        BootstrapFile bootstrap = new BootstrapFile(3, new InetSocketAddress("127.0.0.1", 4711), TOKEN);
        BootstrapFile withOutput =
                bootstrap.withOutput(Path.of("logs", "füße 0.log").toAbsolutePath());
        withOutput.writeTo(file);
        assertThat(BootstrapFile.take(file)).isEqualTo(withOutput);

        bootstrap.withOutput(Path.of("x".repeat(4000)).toAbsolutePath()).writeTo(file);
        assertThat(BootstrapFile.take(file)).isEqualTo(bootstrap);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void only_the_owner_can_read_a_bootstrap_file() throws Exception {
        write();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_bootstrap_file_is_never_written_to_a_file_that_exists() throws Exception {
        Files.writeString(file, "precious");

        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(this::write);
        assertThat(file).hasContent("precious");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "on Windows, symbolic links need a privilege")
    void a_bootstrap_file_is_never_written_through_a_symbolic_link() throws Exception {
        Path target = file.resolveSibling("target");
        Files.createSymbolicLink(file, target);

        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(this::write);
        assertThat(target).doesNotExist();
    }

    @Test
    void a_bootstrap_file_works_once_and_the_second_taker_is_told_what_to_do() throws Exception {
        write();
        BootstrapFile.take(file);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> BootstrapFile.take(file))
                .withMessage(
                        "FORKLESS_CONTROL names a bootstrap file that was used already or whose supervisor is gone ("
                                + file
                                + "): a process must be started by 'forkless run' to be a worker; unset FORKLESS_CONTROL"
                                + " to run it on its own");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "precious data",
                "version=1",
                "version=1\nindex=0\nport=80",
                "version=1\nindex=0\ntoken=" + TOKEN,
                "version=1\nport=80\ntoken=" + TOKEN,
                "index=0\nport=80\ntoken=" + TOKEN,
                "version=one\nindex=0\nport=80\ntoken=" + TOKEN,
                "version=1\nindex=first\nport=80\ntoken=" + TOKEN,
                "version=1\nindex=0\nport=http\ntoken=" + TOKEN,
                "version=1\nindex=0\nport=65536\ntoken=" + TOKEN,
                "version=1\nindex=0\nport=-1\ntoken=" + TOKEN,
                "version=1\nindex=0\nunix=\\u0000\ntoken=" + TOKEN,
                "version=1\nindex=0\nport=80\ntoken=" + TOKEN + "\norphan-timeout=x",
                "version=1\nindex=0\nport=80\ntoken=\\u12" // not a Unicode escape
            })
    void a_file_that_is_no_bootstrap_file_is_refused_and_kept(String content) throws Exception {
        Files.writeString(file, content);

        assertNotABootstrapFile(content.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void any_other_file_is_refused_and_kept() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] content = new byte[random.nextInt(10_000)];
            random.nextBytes(content);
            Files.write(file, content);

            assertNotABootstrapFile(content);
        }
    }

    @Test
    void a_directory_in_the_place_of_a_bootstrap_file_is_refused_by_name() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> BootstrapFile.take(directory))
                .withMessageStartingWith("FORKLESS_CONTROL names a file that cannot be read: " + directory);
        assertThat(directory).exists();
    }

    @Test
    void another_version_is_refused_with_both_versions_and_the_file_is_kept() throws Exception {
        Files.writeString(file, "version=2\nsomething=new");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> BootstrapFile.take(file))
                .withMessage("the supervisor speaks control protocol 2, this worker 1: use the same Forkless version"
                        + " for both");
        assertThat(file).exists();
    }

    @Test
    void the_token_is_not_in_the_text_for_logs() {
        BootstrapFile bootstrap = new BootstrapFile(3, new InetSocketAddress("127.0.0.1", 4711), TOKEN);

        assertThat(bootstrap).hasToString("BootstrapFile[worker 3, /127.0.0.1:4711]");
    }

    private void write() throws IOException {
        new BootstrapFile(0, new InetSocketAddress("127.0.0.1", 4711), TOKEN).writeTo(file);
    }

    private void assertNotABootstrapFile(byte[] content) {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> BootstrapFile.take(file))
                .withMessage("FORKLESS_CONTROL names a file that is not a bootstrap file: " + file)
                .withNoCause();
        assertThat(file).hasBinaryContent(content);
    }
}
