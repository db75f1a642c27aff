package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenSpecTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "localhost:8080,     localhost,   8080, localhost:8080",
                "127.0.0.1:0,        127.0.0.1,      0, 127.0.0.1:0",
                "0.0.0.0:65535,      0.0.0.0,    65535, 0.0.0.0:65535",
                "[::1]:8080,         ::1,         8080, [::1]:8080",
                "[::]:80,            ::,            80, [::]:80",
                "[fe80::1%eth0]:80,  fe80::1%eth0,  80, [fe80::1%eth0]:80",
                "8080,               null,        8080, *:8080",
                ":8080,              null,        8080, *:8080",
                "*:8080,             null,        8080, *:8080",
                "0080,               null,          80, *:80"
            })
    void an_address_is_read_and_written(String text, String host, int port, String written) {
        ListenSpec spec = ListenSpec.parse(text);

        assertThat(spec).isEqualTo(ListenSpec.tcp(host, port));
        assertThat(spec).isInstanceOf(TcpListenSpec.class);
        assertThat(spec).hasToString(written);
        assertThat(ListenSpec.parse(written)).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource({
        "'',                 the port must be a number between 0 and 65535",
        "http,               the port must be a number between 0 and 65535",
        "localhost,          the port must be a number between 0 and 65535",
        "localhost:,         the port must be a number between 0 and 65535",
        "localhost:http,     the port must be a number between 0 and 65535",
        "localhost:65536,    the port must be a number between 0 and 65535",
        "localhost:-1,       the port must be a number between 0 and 65535",
        "localhost:-0,       the port must be a number between 0 and 65535",
        "localhost:+80,      the port must be a number between 0 and 65535",
        "'localhost: 80',    the port must be a number between 0 and 65535",
        "localhost:80x,      the port must be a number between 0 and 65535",
        "localhost:99999999999, the port must be a number between 0 and 65535",
        "[::1],              the port must be a number between 0 and 65535",
        "::,                 the port must be a number between 0 and 65535",
        "::1:8080,           'an IPv6 address needs brackets, as in [::1]:8080'",
        "::1,                'an IPv6 address needs brackets, as in [::1]:8080'",
        "[::1:8080,          'an IPv6 address needs brackets, as in [::1]:8080'",
        "[]:8080,            'brackets are for IPv6 addresses, as in [::1]:8080'",
        "[localhost]:8080,   'brackets are for IPv6 addresses, as in [::1]:8080'",
        "unix:,              the path is missing",
    })
    void a_malformed_address_is_refused_with_the_reason_and_the_right_form(String text, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.parse(text))
                .withMessage("'" + text + "' is not an address to listen on: " + why
                        + " (use HOST:PORT, PORT or unix:PATH)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"local\nhost:80", "a\u0000b:80", "\u001b[31m:80", "a\u007f:80", "a\u0085:80"})
    void control_characters_in_a_host_are_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.parse(text))
                .withMessageContaining("control characters are not allowed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:/tmp/a\nb", "unix:/tmp/a\u0000b", "unix:\t"})
    void control_characters_in_a_path_are_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.parse(text))
                .withMessage("control characters are not allowed in an address");
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void a_port_out_of_range_is_refused(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.tcp("localhost", port))
                .withMessage("port " + port + " is not between 0 and 65535");
    }

    @Test
    void a_port_or_a_path_is_needed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.tcp("localhost", -1))
                .withMessage("port -1 is not between 0 and 65535");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.unix(""))
                .withMessage("the path of a Unix-domain listener is missing");
        assertThatNullPointerException().isThrownBy(() -> ListenSpec.unix(null)).withMessage("path");
    }

    @Test
    void the_backlog_is_1024_unless_told_and_at_least_1() {
        ListenSpec spec = ListenSpec.parse("8080");

        assertThat(spec.backlog()).isEqualTo(1024);
        assertThat(spec.withBacklog(1)).isEqualTo(new TcpListenSpec(null, 8080, 1, false));
        assertThat(ListenSpec.unix("/run/web").withBacklog(1))
                .isEqualTo(new UnixListenSpec("/run/web", 1, 0660, null, null));
        for (ListenSpec any : List.of(spec, ListenSpec.unix("/run/web"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> any.withBacklog(0))
                    .withMessage("backlog 0 is not positive");
        }
    }

    @Test
    void ipv6_serves_ipv4_as_well_unless_told() {
        TcpListenSpec spec = ListenSpec.tcp("[::]", 8080).withBacklog(7);

        assertThat(spec.ipv6Only()).isFalse();
        assertThat(spec.withIpv6Only(true)).isEqualTo(new TcpListenSpec("::", 8080, 7, true));
    }

    @Test
    @EnabledOnOs(value = OS.WINDOWS, disabledReason = "a path with a drive is absolute on Windows only")
    void a_windows_path_is_read_and_written() {
        assertThat(ListenSpec.parse("unix:C:\\run\\app.sock")).hasToString("unix:C:\\run\\app.sock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.sock", "./app.sock", "a/../app.sock"})
    void a_relative_path_is_made_absolute(String path) {
        UnixListenSpec spec = (UnixListenSpec) ListenSpec.parse("unix:" + path);

        assertThat(spec.path())
                .isEqualTo(Path.of("").toAbsolutePath().resolve("app.sock").toString());
        assertThat(spec).isEqualTo(ListenSpec.unix(path)).hasToString("unix:" + spec.path());
        assertThat(ListenSpec.parse(spec.toString())).isEqualTo(spec);
    }

    @Test
    @EnabledOnOs(
            value = {OS.LINUX, OS.MAC},
            disabledReason = "Windows strips spaces and has drives")
    void a_path_may_hold_spaces_and_colons() throws Exception {
        UnixListenSpec spec = (UnixListenSpec) ListenSpec.parse("unix:/tmp/my app:8080 ");

        assertThat(spec.path()).isEqualTo("/tmp/my app:8080 ");
        assertThat(spec.resolve()).isEqualTo(UnixDomainSocketAddress.of("/tmp/my app:8080 "));
        assertThat(ListenSpec.parse(spec.toString())).isEqualTo(spec);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "unix", "[", "[x]", "[]", "a]b"})
    void a_host_that_would_be_read_back_as_something_else_is_refused(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.tcp(host, 80))
                .withMessageContaining("'" + host + "'")
                .withMessageContaining("null");
    }

    @Test
    void the_brackets_of_an_ipv6_host_do_not_matter() {
        assertThat(ListenSpec.tcp("[::1]", 80))
                .isEqualTo(ListenSpec.tcp("::1", 80))
                .hasToString("[::1]:80");
    }

    @Test
    void every_host_that_is_allowed_is_read_back_as_it_was() {
        String letters = "ab:[]*.% unix-";
        Random random = new Random(1);
        for (int i = 0; i < 50_000; i++) {
            String host = random.ints(random.nextInt(6), 0, letters.length())
                    .mapToObj(at -> letters.substring(at, at + 1))
                    .reduce("", String::concat);
            ListenSpec spec;
            try {
                spec = ListenSpec.tcp(host, 80);
            } catch (IllegalArgumentException e) {
                continue;
            }
            assertThat(ListenSpec.parse(spec.toString())).isEqualTo(spec);
        }
    }

    @Test
    void a_missing_host_and_the_ipv6_wildcard_are_one_address() throws Exception {
        assertThat(ListenSpec.tcp(null, 80).resolve())
                .isEqualTo(ListenSpec.parse("[::]:80").resolve())
                .isEqualTo(ListenSpec.parse("[0:0:0:0:0:0:0:0]:80").resolve());
    }

    @Test
    void a_name_and_its_address_are_one_address() throws Exception {
        String address = InetAddress.getByName("localhost").getHostAddress();

        assertThat(ListenSpec.tcp("localhost", 80).resolve())
                .isEqualTo(ListenSpec.tcp(address, 80).resolve());
    }

    @Test
    void loopback_the_ipv4_wildcard_and_the_ipv6_wildcard_are_different_addresses() throws Exception {
        assumeFalse(Boolean.getBoolean("java.net.preferIPv4Stack"), "with preferIPv4Stack both wildcards are IPv4's");
        assertThat(ListenSpec.parse("127.0.0.1:80").resolve()).isEqualTo(new InetSocketAddress("127.0.0.1", 80));
        assertThat(new Object[] {
                    ListenSpec.parse("127.0.0.1:80").resolve(),
                    ListenSpec.parse("0.0.0.0:80").resolve(),
                    ListenSpec.parse("80").resolve(),
                    ListenSpec.parse("[::1]:80").resolve(),
                    ListenSpec.parse("127.0.0.1:81").resolve()
                })
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8080",
                "*:8080",
                "0.0.0.0:8080",
                "0:8080",
                "0.0:8080",
                "0.0.0:8080",
                "00.000.0.0:8080",
                "[::]:8080",
                "[0::]:8080",
                "[::0]:8080",
                "[0:0:0:0:0:0:0:0]:8080",
                "[0000:0000::]:8080",
                "[::0.0.0.0]:8080",
                "[::ffff:0.0.0.0]:8080"
            })
    void any_address_has_many_spellings(String text) throws Exception {
        TcpListenSpec spec = (TcpListenSpec) ListenSpec.parse(text);

        assertThat(spec.isAnyAddress()).isTrue();
        assertThat(spec.withBacklog(7).widenWildcard())
                .isEqualTo(ListenSpec.tcp(null, spec.port()).withBacklog(7));
        assertThat(spec.resolve().getAddress().isAnyLocalAddress()).isTrue();
        assertThat(spec.withIpv6Only(true).isAnyAddress()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:8080", "0.0.0.1:8080", "1.0.0.0:8080", "0.0.0.0.0:8080", "[::1]:8080", "[1::]:8080",
                "[:::]:8080", "[::%]:8080", "localhost:8080", "no-such-host.invalid:8080", "0x0:8080", "0.:8080",
                ".0:8080", "-0:8080"
            })
    void any_address_is_nothing_else_and_no_name_is_looked_up_to_know(String text) {
        TcpListenSpec spec = (TcpListenSpec) ListenSpec.parse(text);
        assertThat(spec.isAnyAddress()).isFalse();
        assertThat(spec.widenWildcard()).isSameAs(spec);
    }

    @Test
    void any_address_is_ipv4_in_a_jvm_that_is_told_to_leave_ipv6_alone() throws Exception {
        System.setProperty("java.net.preferIPv4Stack", "true");
        try {
            for (String any : List.of("80", "0.0.0.0:80", "[::]:80")) {
                assertThat(ListenSpec.parse(any).resolve()).isEqualTo(new InetSocketAddress("0.0.0.0", 80));
            }
            assertThat(ListenSpec.tcp("::", 80).withIpv6Only(true).resolve())
                    .isEqualTo(new InetSocketAddress("::", 80));
        } finally {
            System.clearProperty("java.net.preferIPv4Stack");
        }
    }

    @Test
    void a_name_is_replaced_by_its_address_and_a_literal_stays_as_it_was_written() throws Exception {
        String address = InetAddress.getByName("localhost").getHostAddress();
        TcpListenSpec name = ListenSpec.tcp("localhost", 80).withBacklog(7);

        assertThat(name.resolveName()).isEqualTo(ListenSpec.tcp(address, 80).withBacklog(7));
        for (String literal : List.of("80", "0:80", "127.1:80", "[::1]:80", "[::]:80", "[fe80::1%lo]:80")) {
            TcpListenSpec spec = (TcpListenSpec) ListenSpec.parse(literal);
            assertThat(spec.resolveName()).isSameAs(spec);
        }
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> ListenSpec.tcp("no such host", 80).resolveName())
                .withMessageContaining("no such host");
    }

    @Test
    void a_path_has_a_mode_an_owner_and_a_group() {
        UnixListenSpec spec = ListenSpec.unix("/run/web");

        assertThat(spec).isEqualTo(new UnixListenSpec("/run/web", 1024, 0660, null, null));
        assertThat(spec.withMode(0600).withOwner("web").withGroup("33"))
                .isEqualTo(new UnixListenSpec("/run/web", 1024, 0600, "web", "33"))
                .hasToString("unix:" + spec.path());
        for (int mode : new int[] {-1, 01000, 010000}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> spec.withMode(mode))
                    .withMessageContaining("is not between 0 and 0777");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:b", "a/b", "a\nb"})
    void an_account_has_the_name_of_one(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.unix("/run/web").withOwner(name))
                .withMessage("owner '" + name + "' is not the name of an account");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenSpec.unix("/run/web").withGroup(name))
                .withMessage("group '" + name + "' is not the name of an account");
    }

    @Test
    void an_unknown_host_is_reported_when_it_is_resolved() {
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> ListenSpec.tcp("no such host", 80).resolve())
                .withMessageContaining("no such host");
    }
}
