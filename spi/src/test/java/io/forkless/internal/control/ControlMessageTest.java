package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.forkless.internal.control.ControlMessage.Adopted;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Bye;
import io.forkless.internal.control.ControlMessage.Do;
import io.forkless.internal.control.ControlMessage.Done;
import io.forkless.internal.control.ControlMessage.Drain;
import io.forkless.internal.control.ControlMessage.DumpThreads;
import io.forkless.internal.control.ControlMessage.Failed;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.HandOver;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Holding;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Operator;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.ReopenOutput;
import io.forkless.internal.control.ControlMessage.Report;
import io.forkless.internal.control.ControlMessage.Unready;
import io.forkless.internal.control.ControlMessage.Welcome;
import io.forkless.spi.ListenSpec;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlMessageTest {
    private static final String SECRET = "c2VjcmV0";

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(new Hello(1, "0123abcd", 4711, false), "hello 1 0123abcd 4711"),
                Arguments.of(new Hello(1, "0123abcd", 4711, true), "hello 1 0123abcd 4711 debugged"),
                Arguments.of(new Hello(1, "0123abcd", 4711, false, true), "hello 1 0123abcd 4711 reopens-output"),
                Arguments.of(
                        new Hello(1, "0123abcd", 4711, true, true), "hello 1 0123abcd 4711 debugged reopens-output"),
                Arguments.of(new ReopenOutput(), "reopen-output"),
                Arguments.of(new Welcome(Duration.ofMillis(1500), Duration.ofSeconds(1)), "welcome 1500 1000"),
                Arguments.of(new Heartbeat(12, 3, 1 << 20), "heartbeat 12 3 1048576"),
                Arguments.of(new DumpThreads(), "dump-threads"),
                Arguments.of(new Operator(1, "0123abcd"), "operator 1 0123abcd"),
                Arguments.of(new Do("scale", "+1"), "do scale +1"),
                Arguments.of(new Do("status", ""), "do status "),
                Arguments.of(
                        new Report("index=0 lastExit=killed by SIGKILL"), "report index=0 lastExit=killed by SIGKILL"),
                Arguments.of(new Done("4 workers"), "done 4 workers"),
                Arguments.of(new Failed(5, "worker 0 was killed"), "failed 5 worker 0 was killed"),
                Arguments.of(new Listen(7, ListenSpec.parse("8080")), "listen 7 1024 false *:8080"),
                Arguments.of(
                        new Listen(8, ListenSpec.tcp("::1", 0).withBacklog(5).withIpv6Only(true)),
                        "listen 8 5 true [::1]:0"),
                Arguments.of(
                        new Listen(Long.MAX_VALUE, ListenSpec.parse("localhost:80")),
                        "listen 9223372036854775807 1024 false localhost:80"),
                Arguments.of(
                        new Listen(9, ListenSpec.parse("unix:/run/web").withBacklog(5)),
                        "listen 9 5 660:: unix:" + absolute("/run/web")),
                Arguments.of(
                        new Listen(
                                10,
                                ListenSpec.unix("/run/my web")
                                        .withMode(0600)
                                        .withOwner("web")
                                        .withGroup("www-data")),
                        "listen 10 1024 600:web:www-data unix:" + absolute("/run/my web")),
                Arguments.of(new Refused(0, "no such token"), "refused 0 no such token"),
                Arguments.of(new Refused(3, ""), "refused 3 "),
                Arguments.of(new Refused(3, " füße  東京 \ud83d\ude80 "), "refused 3  füße  東京 \ud83d\ude80 "),
                Arguments.of(
                        new Again(1, "0123abcd", 4711, true, false, false, false, List.of()),
                        "again 1 0123abcd 4711 ready=true draining=false debugged=false reopens-output=false"),
                Arguments.of(
                        new Again(
                                1,
                                "0123abcd",
                                4711,
                                false,
                                true,
                                true,
                                true,
                                List.of(
                                        new Holding(1, "posix", "127.0.0.1:8080"),
                                        new Holding(7, "posix", "unix:/run/my web/ü=1"))),
                        "again 1 0123abcd 4711 ready=false draining=true debugged=true reopens-output=true"
                                + " holds=1:posix:127.0.0.1%3A8080 holds=7:posix:unix%3A%2Frun%2Fmy+web%2F%C3%BC%3D1"),
                Arguments.of(new HandOver(7), "hand-over 7"),
                Arguments.of(new Adopted(true), "adopted"),
                Arguments.of(new Adopted(false), "adopted reads-output=false"),
                Arguments.of(new Ready(), "ready"),
                Arguments.of(new Unready(), "unready"),
                Arguments.of(new Drain(), "drain"),
                Arguments.of(new Bye(), "bye"));
    }

    /** On Windows it has a drive. */
    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().toString();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_is_one_line_and_is_read_back_as_it_was(ControlMessage message, String line) throws Exception {
        assertThat(message.encode()).isEqualTo(line);
        assertThat(ControlMessage.parse(line)).isEqualTo(message);
        assertThat(message.toBytes()).isEqualTo((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_path_with_spaces_is_read_back_as_it_was() throws Exception {
        Listen listen = new Listen(1, ListenSpec.unix("/tmp/my app/ü 1.sock"));

        assertThat(ControlMessage.parse(listen.encode())).isEqualTo(listen);
    }

    @Test
    void a_ticket_is_read_back_as_it_was() throws Exception {
        byte[] payload = new byte[628];
        payload[0] = '\n';

        Granted granted = (Granted) ControlMessage.parse(new Granted(5, new Ticket("windows", payload)).encode());

        assertThat(granted.id()).isEqualTo(5);
        assertThat(granted.ticket().provider()).isEqualTo("windows");
        assertThat(granted.ticket().payload()).isEqualTo(payload);
    }

    /** Of a later version. */
    @Test
    void what_a_worker_that_calls_again_says_besides_is_ignored_and_what_it_does_not_say_is_not_so() throws Exception {
        assertThat(ControlMessage.parse("again 1 0123abcd 4711 colour=blue ready=true bare holds=2:posix:80 =x"))
                .isEqualTo(new Again(
                        1, "0123abcd", 4711, true, false, false, false, List.of(new Holding(2, "posix", "80"))));
        assertThat(ControlMessage.parse("again 9 0123abcd 4711"))
                .as("another version, to be refused by its number")
                .isEqualTo(new Again(9, "0123abcd", 4711, false, false, false, false, List.of()));
    }

    @Test
    void a_worker_with_more_listeners_than_fit_into_a_line_names_no_half_of_one() throws Exception {
        List<Holding> many = IntStream.range(0, 500)
                .mapToObj(i -> new Holding(i, "posix", "unix:/run/web/" + i))
                .toList();

        byte[] bytes = new Again(1, "0123abcd", 4711, true, false, false, false, many).toBytes();

        assertThat(bytes)
                .hasSizeLessThanOrEqualTo(ControlMessage.MAX_LINE_BYTES)
                .endsWith((byte) '\n');
        Again read = (Again) ControlMessage.parse(new String(bytes, StandardCharsets.UTF_8).strip());
        assertThat(read.holdings())
                .hasSizeGreaterThan(100)
                .isEqualTo(many.subList(0, read.holdings().size()));
    }

    @Test
    void words_of_a_later_worker_are_ignored() throws Exception {
        assertThat(ControlMessage.parse("hello 1 0123abcd 4711 sings debugged 2"))
                .isEqualTo(new Hello(1, "0123abcd", 4711, true));
    }

    @Test
    void a_reason_cannot_start_another_line() {
        assertThat(new Refused(1, "a\r\nb\u0000c\u007f\ttab").encode()).isEqualTo("refused 1 a  b c  tab");
    }

    @Test
    void a_reason_that_is_too_long_is_cut_and_still_read() throws Exception {
        // Three bytes a letter, so that the cut is in the middle of one.
        byte[] bytes = new Refused(12, "東".repeat(5000)).toBytes();

        assertThat(bytes).hasSize(ControlMessage.MAX_LINE_BYTES).endsWith((byte) '\n');
        Refused read = (Refused) ControlMessage.parse(new String(bytes, 0, bytes.length - 1, StandardCharsets.UTF_8));
        assertThat(read.id()).isEqualTo(12);
        assertThat(read.reason()).startsWith("東東").endsWith("東\ufffd");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\r",
                "ready\r",
                "READY",
                " ready",
                "hullo 1 " + SECRET + " 1",
                SECRET,
                "{\"token\":\"" + SECRET + "\"}",
                "GET /" + SECRET + " HTTP/1.1"
            })
    void an_unknown_line_is_refused_without_repeating_it(String line) {
        assertRefused(line, "unknown control message");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello",
                "hello ",
                "hello 1",
                "hello 1 " + SECRET,
                "hello x " + SECRET + " 1",
                "hello 1 " + SECRET + " x",
                "hello 99999999999 " + SECRET + " 1",
                "hello 1 " + SECRET + " 99999999999999999999",
                "hello 1  " + SECRET + " 1",
                "welcome",
                "welcome x",
                "welcome 1.5",
                "welcome 1",
                "welcome -1 1000",
                "welcome 1 0",
                "welcome 1 2 3",
                "heartbeat 1 2",
                "heartbeat 1 2 x",
                "operator 1",
                "operator x " + SECRET,
                "do",
                "listen 1 1024 false",
                "listen x 1024 false *:80",
                "listen 1 0 false *:80",
                "listen 1 -1 false *:80",
                "listen 1 x false *:80",
                "listen 1 1024 false ",
                "listen 1 1024 false *:99999",
                "listen 1 1024 660:: unix:",
                "listen 1 1024 660:: unix:/a\u0000b",
                "listen 1 1024 false unix:/a",
                "listen 1 1024 660: unix:/a",
                "listen 1 1024 660::: unix:/a",
                "listen 1 1024 :: unix:/a",
                "listen 1 1024 8:: unix:/a",
                "listen 1 1024 1660:: unix:/a",
                "listen 1 1024 660:a/b: unix:/a",
                "ticket 1",
                "ticket 1 " + SECRET,
                "ticket x posix:" + SECRET,
                "ticket 1 posix:" + SECRET + "!",
                "ticket 1 Posix:" + SECRET,
                "refused",
                "refused 1",
                "refused x reason",
                "again",
                "again 1",
                "again 1 " + SECRET,
                "again x " + SECRET + " 1",
                "again 1 " + SECRET + " x",
                "again 1 " + SECRET + " 99999999999999999999",
                "again 1 " + SECRET + " 1 holds=",
                "again 1 " + SECRET + " 1 holds=1",
                "again 1 " + SECRET + " 1 holds=1:posix",
                "again 1 " + SECRET + " 1 holds=x:posix:80",
                "again 1 " + SECRET + " 1 holds=1:Posix:80",
                "again 1 " + SECRET + " 1 holds=1:posix:%",
                "hand-over",
                "hand-over ",
                "hand-over x",
                "hand-over 1 2"
            })
    void a_malformed_message_is_refused_without_repeating_it(String line) {
        assertRefused(line, "malformed control message");
    }

    @Test
    void neither_token_nor_ticket_is_in_the_text_for_logs() {
        assertThat(new Hello(1, SECRET, 4711, false)).hasToString("Hello[version 1, pid 4711]");
        assertThat(new Hello(1, SECRET, 4711, true)).hasToString("Hello[version 1, pid 4711 debugged]");
        assertThat(new Again(1, SECRET, 4711, true, false, false, false, List.of()).toString())
                .contains("4711")
                .doesNotContain(SECRET);
        assertThat(new Granted(1, Ticket.decode("posix:" + SECRET)).toString())
                .contains("posix")
                .doesNotContain(SECRET, "secret");
    }

    private static void assertRefused(String line, String message) {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> ControlMessage.parse(line))
                .withMessage(message)
                .withNoCause(); // a cause might print the line with the stack trace
    }
}
