package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How a provider is found, what it binds, and how it reports that it cannot. */
abstract class ProviderTests extends ContractTests {
    private static final String IPV6_NEEDED = "this machine has no IPv6";

    ProviderTests(ListenerProviderContractTest kit) {
        super(kit);
    }

    @Test
    @Checks(Clause.DISCOVERY)
    void it_is_found_by_its_name() throws IOException {
        ListenerProvider found = ListenerProviders.named(provider.name());

        assertThat(found.getClass()).isEqualTo(provider.getClass());
    }

    @Test
    @Checks(Clause.DISCOVERY)
    void it_fits_here_and_says_something_about_it() {
        Fitness fitness = provider.check();

        assertThat(fitness.fits()).as("%s", fitness).isTrue();
        assertThat(fitness.reason()).isNotBlank().doesNotContain("\n");
    }

    @Test
    @Checks(Clause.BIND_ERRORS)
    void an_address_in_use_is_reported_with_the_address_the_call_and_the_error() throws IOException {
        SharedListener listener = listen();

        assertBindError(specOf(listener));
    }

    @Test
    @Checks(Clause.BIND_ERRORS)
    void an_address_of_another_machine_is_reported_with_the_address_the_call_and_the_error() {
        assertBindError(ListenSpec.tcp("192.0.2.1", 8080)); // TEST-NET-1, RFC 5737
    }

    @Test
    @Checks(Clause.BIND_ERRORS)
    void an_unknown_host_is_reported_with_its_name() {
        assertThatIOException()
                .isThrownBy(() -> provider.listen(ListenSpec.tcp("no-such-host.invalid", 8080))
                        .close())
                .withMessageContaining("no-such-host.invalid:8080");
    }

    @Test
    @Checks(Clause.BIND_ERRORS)
    void a_failure_is_not_remembered() throws IOException {
        SharedListener listener = listen();
        ListenSpec same = specOf(listener);
        assertBindError(same);

        listener.close();

        listen(same);
    }

    @Test
    @Checks(Clause.EXACT_ADDRESSES)
    void port_0_becomes_the_port_that_was_chosen_and_the_address_stays() throws IOException {
        SharedListener listener = listen();

        assertThat(((InetSocketAddress) listener.localAddress()).getAddress())
                .isEqualTo(Client.loopback4(0).getAddress());
        assertThat(port(listener)).isPositive();
        assertThat(adopt(listener).getLocalAddress()).isEqualTo(listener.localAddress());
    }

    @Test
    @Checks(Clause.EXACT_ADDRESSES)
    void two_addresses_with_the_same_port_are_two_listeners() throws Exception {
        assumeTrue(hasIpv6(), IPV6_NEEDED);
        SharedListener ipv4 = listen();
        SharedListener ipv6 = listen(ListenSpec.tcp("::1", port(ipv4)));

        assertReaches(Client.loopback4(port(ipv4)), ipv4);
        assertReaches(Client.loopback6(port(ipv4)), ipv6);
    }

    @Test
    @Checks(Clause.EXACT_ADDRESSES)
    void a_name_means_the_address_that_it_resolves_to() throws IOException {
        SharedListener listener = listen(ListenSpec.tcp("localhost", 0));

        assertThat(((InetSocketAddress) listener.localAddress()).getAddress())
                .isEqualTo(InetAddress.getByName("localhost"));
        assertThatIOException()
                .isThrownBy(() -> provider.listen(specOf(listener)).close());
    }

    @Test
    @Checks(Clause.EXACT_ADDRESSES)
    void a_missing_host_means_every_address() throws Exception {
        SharedListener listener = listen(ListenSpec.tcp(null, 0));

        assertReaches(Client.loopback4(port(listener)), listener);
        if (hasIpv6()) {
            assertReaches(Client.loopback6(port(listener)), listener);
        }
    }

    @Test
    @Checks(Clause.IPV6_ONLY)
    void an_ipv6_only_listener_leaves_ipv4_alone() throws Exception {
        assumeTrue(hasIpv6(), IPV6_NEEDED);
        SharedListener ipv6;
        try (SocketChannel reserved = SocketChannel.open(StandardProtocolFamily.INET)) {
            reserved.bind(Client.loopback4(0)); // so that nobody listens there, of other programs
            int port = ((InetSocketAddress) reserved.getLocalAddress()).getPort();
            ipv6 = listen(ListenSpec.tcp("::", port).withIpv6Only(true));
            assertThatIOException()
                    .isThrownBy(() -> Client.connect(Client.loopback4(port)).close())
                    .isInstanceOf(ConnectException.class);
        }

        SharedListener ipv4 = listen(ListenSpec.tcp("127.0.0.1", port(ipv6)));

        assertReaches(Client.loopback4(port(ipv6)), ipv4);
        assertReaches(Client.loopback6(port(ipv6)), ipv6);
    }

    private void assertBindError(ListenSpec spec) {
        assertThatIOException()
                .isThrownBy(() -> provider.listen(spec).close())
                .satisfies(e -> assertThat(e.getMessage())
                        .matches(Pattern.compile(
                                "listen " + Pattern.quote(spec.toString()) + ": \\w+: [A-Z]+ \\(\\d+\\).*")));
    }

    private void assertReaches(InetSocketAddress address, SharedListener listener) throws Exception {
        try (SharedServerSocketChannel channel = provider.adopt(listener.ticketFor(SELF));
                Client client = Client.connect(address)) {
            FutureTask<SocketChannel> accept = start(channel::accept);
            try (SocketChannel accepted = accept.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                assertThat(((InetSocketAddress) accepted.getRemoteAddress()).getPort())
                        .isEqualTo(((InetSocketAddress) client.localAddress()).getPort());
            }
        }
    }
}
