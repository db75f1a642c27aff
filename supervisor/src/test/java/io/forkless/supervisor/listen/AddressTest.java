package io.forkless.supervisor.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import io.forkless.supervisor.CapturedLog;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the supervisor owns, what a worker asks for, and what comes of it. */
class AddressTest {
    private static final String ONLY = "the only listener on that port";

    private final StubListeners provider = new StubListeners();
    private final Listeners listeners = new Listeners(provider);
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        listeners.close();
        log.close();
    }

    @ParameterizedTest(name = "{0}: {1} is answered by {2}")
    @CsvSource({
        // owned                     wanted                    granted                what the log says more
        "*:80,                       *:80,                     *:80,                  ''",
        "*:80,                       [::]:80,                  *:80,                  ''",
        "*:80,                       [0:0:0:0:0:0:0:0]:80,     *:80,                  ''",
        "*:80,                       0.0.0.0:80,               *:80,                  only",
        "*:80,                       0:80,                     *:80,                  only",
        "[::]:80,                    *:80,                     [::]:80,               ''",
        "[::]:80,                    0.0.0.0:80,               [::]:80,               only",
        "0.0.0.0:80,                 0.0.0.0:80,               0.0.0.0:80,            ''",
        "0.0.0.0:80,                 *:80,                     0.0.0.0:80,            ', which serves IPv4 only'",
        "0.0.0.0:80,                 [::]:80,                  0.0.0.0:80,            ', which serves IPv4 only'",
        "127.0.0.1:80,               *:80,                     127.0.0.1:80,          ', which serves no other address'",
        "127.0.0.1:80,               0.0.0.0:80,               127.0.0.1:80,          ', which serves no other address'",
        "[::1]:80,                   [::]:80,                  [::1]:80,              ', which serves no other address'",
        "127.0.0.1:80 127.0.0.1:81,  *:81,                     127.0.0.1:81,          ', which serves no other address'",
        "127.0.0.1:80 unix:/run/x,   *:80,                     127.0.0.1:80,          ', which serves no other address'",
        "127.0.0.1:80,               127.0.0.1:80,             127.0.0.1:80,          ''",
        "127.0.0.1:80,               127.1:80,                 127.0.0.1:80,          ''",
        "[fe80::1%1]:80,             [fe80:0::1%1]:80,         [fe80::1%1]:80,        ''",
        "[fe80::1%1]:80 [fe80::1%2]:80, [fe80::1%2]:80,        [fe80::1%2]:80,        ''",
        "[::1]:80,                   [0:0:0:0:0:0:0:1]:80,     [::1]:80,              ''",
        "127.0.0.1:80 [::1]:80,      [::1]:80,                 [::1]:80,              ''",
        "0.0.0.0:80 [::]:80,         0.0.0.0:80,               0.0.0.0:80,            ''",
        "0.0.0.0:80 [::]:80,         *:80,                     [::]:80,               ''",
        "*:0,                        0.0.0.0:0,                *:0,                   only",
        "127.0.0.1:0,                *:0,                      127.0.0.1:0,           ', which serves no other address'",
        "127.0.0.1:0 127.0.0.1:80,   127.0.0.1:0,              127.0.0.1:0,           ''",
        "unix:/run/x unix:/run/y,    unix:/run/y,              unix:/run/y,           ''",
        "unix:/run/x,                unix:/run/../run/x,       unix:/run/x,           ''"
    })
    void a_request_is_answered_by(String owned, String wanted, String granted, String more) throws IOException {
        own(owned);
        ticketFor(wanted);

        assertThat(provider.tickets).containsExactly(ListenSpec.parse(granted));
        assertThat(log.lines())
                .filteredOn(line -> line.contains(" asks for "))
                .containsExactlyElementsOf(
                        more.isEmpty()
                                ? List.of()
                                : List.of("INFO worker with pid "
                                        + ProcessHandle.current().pid() + " asks for " + ListenSpec.parse(wanted)
                                        + " and gets " + granted + ", " + ONLY + (more.equals("only") ? "" : more)));
    }

    @ParameterizedTest(name = "{0}: {1} is refused")
    @CsvSource({
        "127.0.0.1:80,           *:81,             add --listen *:81",
        "127.0.0.1:80,           127.0.0.1:81,     add --listen 127.0.0.1:81",
        "127.0.0.1:80,           127.0.0.2:80,     add --listen 127.0.0.2:80",
        "127.0.0.1:80,           [::1]:80,         add --listen [::1]:80",
        "[fe80::1%1]:80,         [fe80::1%2]:80,   add --listen [fe80::1%2]:80",
        "127.0.0.1:80,           unix:/run/x,      add --listen unix:/run/x",
        "unix:/run/x,            unix:/run/y,      add --listen unix:/run/y",
        "unix:/run/x,            *:80,             add --listen *:80",
        "*:80,                   127.0.0.1:80,     'ask for every address, or give the supervisor --listen 127.0.0.1:80"
                + " in place of *:80'",
        "0.0.0.0:80,             127.0.0.1:80,     'ask for every address, or give the supervisor --listen 127.0.0.1:80"
                + " in place of 0.0.0.0:80'",
        "127.0.0.1:80 [::1]:80,  *:80,             'more than one of them is on port 80, ask for one of these addresses'",
        "127.0.0.1:80 [::1]:80,  0.0.0.0:80,       'more than one of them is on port 80, ask for one of these addresses'",
        "127.0.0.1:0 [::1]:0,    *:0,              'more than one of them is on port 0, ask for one of these addresses'",
        "127.0.0.1:80,           *:0,              add --listen *:0",
    })
    void a_request_is_refused(String owned, String wanted, String remedy) throws IOException {
        own(owned);

        assertThatExceptionOfType(NotGrantedException.class)
                .isThrownBy(() -> ticketFor(wanted))
                .withMessage(absolute("listen " + wanted + ": not granted: the supervisor listens on "
                        + owned.replace(" ", ", ") + "; " + remedy));
        assertThat(provider.tickets).isEmpty();
    }

    @Test
    void a_listener_of_ipv6_alone_is_no_wildcard_but_answers_as_the_only_one() throws IOException {
        TcpListenSpec ipv6Only = ListenSpec.tcp("::", 80).withIpv6Only(true);
        listeners.open(ipv6Only);
        listeners.seal();

        ticketFor("*:80");
        listeners.ticketFor(ipv6Only, ProcessHandle.current());
        assertThat(provider.tickets).containsExactly(ipv6Only, ipv6Only);
    }

    @Test
    void who_wants_ipv6_alone_does_not_get_both() throws IOException {
        own("*:80");
        assertThatExceptionOfType(NotGrantedException.class)
                .isThrownBy(() ->
                        listeners.ticketFor(ListenSpec.tcp("::", 80).withIpv6Only(true), ProcessHandle.current()));
    }

    @Test
    void a_name_is_resolved_before_the_provider_sees_it() throws IOException {
        own("localhost:80");
        String address = InetAddress.getByName("localhost").getHostAddress();

        ticketFor(address + ":80");
        assertThat(provider.tickets).containsExactly(ListenSpec.tcp(address, 80));
        assertThat(log.lines()).contains("INFO listening on localhost:80");
    }

    @ParameterizedTest(name = "the service manager has {0}, a worker asks for {1}")
    @CsvSource({
        "0.0.0.0:80,    *:80",
        "0.0.0.0:80,    0.0.0.0:80",
        "[::]:80,       *:80",
        "[::]:80,       0.0.0.0:80",
        "127.0.0.1:80,  *:80",
        "unix:/run/x,   unix:/run/x"
    })
    void what_a_service_manager_has_opened_answers_as_well(String owned, String wanted) throws IOException {
        listeners.add(new ServiceManagers.Inherited("stub", provider.listen(ListenSpec.parse(owned))));
        listeners.seal();

        ticketFor(wanted);
        assertThat(provider.tickets).containsExactly(ListenSpec.parse(owned));
        assertThat(log.lines())
                .contains(absolute("INFO listening on " + owned + ", which the service manager has opened"));
    }

    @ParameterizedTest(name = "the service manager has {0}, the command line {1}")
    @CsvSource({
        "0.0.0.0:80,    *:80",
        "0.0.0.0:80,    [::]:80",
        "0.0.0.0:80,    0.0.0.0:80",
        "0.0.0.0:80,    0:80",
        "[::]:80,       *:80",
        "[::]:80,       [::]:80",
        "127.0.0.1:80,  *:80",
        "127.0.0.1:80,  127.0.0.1:80",
        "[fe80::1%1]:80, [fe80::1%1]:80"
    })
    void an_address_that_a_service_manager_has_opened_is_not_opened_once_more(String inherited, String named)
            throws IOException {
        listeners.add(new ServiceManagers.Inherited("stub", provider.listen(ListenSpec.parse(inherited))));
        listeners.open(ListenSpec.parse(named));

        assertThat(provider.opened).containsExactly(ListenSpec.parse(inherited));
    }

    @ParameterizedTest(name = "the service manager has {0}, the command line {1}")
    @CsvSource({
        "[::]:80,         0.0.0.0:80",
        "[::]:80,         0:80",
        "[::1]:80,        0.0.0.0:80",
        "127.0.0.1:80,    0.0.0.0:80",
        "[::]:80,         127.0.0.1:80",
        "0.0.0.0:80,      127.0.0.1:80",
        "[fe80::1%1]:80,  [fe80::1%2]:80"
    })
    void an_operator_who_names_an_address_or_ipv4_alone_gets_it(String inherited, String named) throws IOException {
        listeners.add(new ServiceManagers.Inherited("stub", provider.listen(ListenSpec.parse(inherited))));
        listeners.open(ListenSpec.parse(named));

        assertThat(provider.opened).containsExactly(ListenSpec.parse(inherited), ListenSpec.parse(named));
    }

    @Test
    void without_a_list_all_spellings_of_any_address_are_one_listener_on_every_address() throws IOException {
        for (String wanted : List.of("0.0.0.0:80", "*:80", "[::]:80", "0:80")) {
            ticketFor(wanted);
        }
        assertThat(provider.opened).containsExactly(ListenSpec.tcp(null, 80));
        assertThat(provider.tickets).hasSize(4);
    }

    @Test
    void without_a_list_nobody_gets_an_address_that_another_one_has_asked_for() throws IOException {
        for (String wanted : List.of("127.0.0.1:80", "*:80", "[::1]:80")) {
            ticketFor(wanted);
        }
        listeners.ticketFor(ListenSpec.tcp("::", 80).withIpv6Only(true), ProcessHandle.current());
        assertThat(provider.opened).hasSize(4);
    }

    /** Paths have a drive on Windows. */
    private static String absolute(String text) {
        return text.replace("unix:/run", ListenSpec.unix("/run").toString()).replace("run/", "run" + File.separator);
    }

    private void own(String addresses) throws IOException {
        for (String address : addresses.split(" ")) {
            listeners.open(ListenSpec.parse(address));
        }
        listeners.seal();
    }

    private void ticketFor(String wanted) throws IOException {
        listeners.ticketFor(ListenSpec.parse(wanted), ProcessHandle.current());
    }
}
