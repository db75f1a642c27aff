package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTextTest {
    private static final String TOKEN = "0123456789abcdef";

    static Stream<SocketAddress> addresses() {
        return Stream.of(
                UnixDomainSocketAddress.of(Path.of("my run", "control ü.sock").toAbsolutePath()),
                new InetSocketAddress("127.0.0.1", 4711));
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void where_to_call_is_read_back_as_it_was(SocketAddress address) {
        String text = "4711 " + TOKEN + " " + EndpointText.encode(address) + "\n";

        assertThat(EndpointText.parse(text)).isEqualTo(new EndpointText(4711, TOKEN, address));
    }

    /** An address without its line end may be a part of one. */
    @ParameterizedTest
    @ValueSource(strings = {"4711 " + TOKEN + " ", "4711 " + TOKEN + " unix:/run/contr", "4711 " + TOKEN + " 47"})
    void one_that_is_starting_has_no_address(String text) {
        assertThat(EndpointText.parse(text)).isEqualTo(new EndpointText(4711, TOKEN, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "4711", "4711 " + TOKEN})
    void one_that_has_just_begun_is_unknown(String text) {
        assertThat(EndpointText.parse(text)).isEqualTo(new EndpointText(-1, "", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x " + TOKEN + " 80\n",
                "4711 " + TOKEN + " x\n",
                "4711 " + TOKEN + " 65536\n",
                "4711 " + TOKEN + " -1\n",
                "4711 " + TOKEN + " unix:a\0b\n",
                "# just some text\n"
            })
    void garbage_is_refused(String text) {
        assertThatThrownBy(() -> EndpointText.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_token_is_not_in_the_text_for_logs() {
        assertThat(new EndpointText(4711, TOKEN, null).toString())
                .contains("4711")
                .doesNotContain(TOKEN);
    }
}
