package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.forkless.spi.ListenSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ListenerRecordTest {
    private static final ListenerRecord PLAIN = ListenerRecord.of("127.0.0.1:8080", "posix");

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = directory.resolve(ListenerRecord.FILE);
    }

    @Test
    void listeners_of_every_kind_are_read_back_as_they_were() throws Exception {
        ListenSpec unix = ListenSpec.unix(directory.resolve("my web ü + 1.sock").toString())
                .withMode(0600)
                .withOwner("web")
                .withGroup("www-data")
                .withBacklog(7);
        List<ListenerRecord> all = List.of(
                PLAIN,
                new ListenerRecord(
                        "127.0.0.1:40123",
                        ListenSpec.parse("localhost:0").withBacklog(5),
                        ListenSpec.parse("127.0.0.1:0").withBacklog(5),
                        "posix",
                        false),
                new ListenerRecord(
                        "[::1]:80",
                        ListenSpec.tcp("::1", 80).withIpv6Only(true),
                        ListenSpec.tcp("::1", 80).withIpv6Only(true),
                        "custom",
                        false),
                new ListenerRecord("[::]:80", ListenSpec.parse("80"), ListenSpec.parse("80"), "windows", true),
                new ListenerRecord("unix:" + directory.resolve("my web ü + 1.sock"), unix, unix, "posix", false));

        ListenerRecord.writeAll(file, all);

        assertThat(ListenerRecord.readAll(file)).isEqualTo(all);
        ListenerRecord.writeAll(file, List.of(PLAIN));
        assertThat(ListenerRecord.readAll(file)).as("in place of those").containsExactly(PLAIN);
        ListenerRecord.writeAll(file, List.of());
        assertThat(ListenerRecord.readAll(file)).isEmpty();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has access lists in place of modes")
    void only_the_owner_can_read_them() throws Exception {
        ListenerRecord.writeAll(file, List.of(PLAIN));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void lines_that_are_none_are_left_out_and_words_of_a_later_version_ignored() throws Exception {
        byte[] notUtf8 = {'p', (byte) 0xff, ' ', (byte) 0xc0, '\n'};
        Files.write(file, notUtf8);
        String garbage = "\n"
                + "precious data\n"
                + "posix own 127.0.0.1%3A80 many false 127.0.0.1%3A80 127.0.0.1%3A80\n"
                + "posix own 127.0.0.1%3A80 0 false 127.0.0.1%3A80 127.0.0.1%3A80\n"
                + "posix own 127.0.0.1%3A80 5 false 127.0.0.1%3A99999 127.0.0.1%3A80\n"
                + "posix own % 5 false 127.0.0.1%3A80 127.0.0.1%3A80\n"
                + "posix own unix%3A%2Fa 5 false unix%3A%2Fa unix%3A%2Fa\n"
                + PLAIN.encode().replace("own", "inherited") + " a-word-more\n"
                + "posix own 127.0.0.1%3A80 5 false 127.0.0.1%3A80"; // cut
        Files.writeString(file, garbage, StandardCharsets.UTF_8, StandardOpenOption.APPEND);

        assertThat(ListenerRecord.readAll(file))
                .containsExactly(new ListenerRecord(PLAIN.bound(), PLAIN.named(), PLAIN.literal(), "posix", true));
    }

    @Test
    void there_are_none_if_there_is_no_file_or_a_directory() throws Exception {
        assertThat(ListenerRecord.readAll(file)).isEmpty();
        Files.createDirectory(file);
        assertThat(ListenerRecord.readAll(file)).isEmpty();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no FIFOs among files")
    void nobody_waits_for_a_fifo_in_its_place_and_nobody_follows_a_link() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThat(ListenerRecord.readAll(file)).isEmpty());

        Path elsewhere = directory.resolve("elsewhere");
        ListenerRecord.writeAll(elsewhere, List.of(PLAIN));
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(ListenerRecord.readAll(file)).isEmpty();
    }
}
