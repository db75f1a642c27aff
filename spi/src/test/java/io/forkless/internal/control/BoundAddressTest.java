package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.spi.ListenSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:80",
        "0.0.0.0,   0.0.0.0:80",
        "::,        [::]:80",
        "::1,       [0:0:0:0:0:0:0:1]:80",
        "fe80::1%1, [fe80:0:0:0:0:0:0:1%1]:80"
    })
    void an_address_is_a_literal_that_can_be_read(String address, String text) throws Exception {
        String said = BoundAddress.text(new InetSocketAddress(InetAddress.getByName(address), 80));

        assertThat(said).isEqualTo(text);
        assertThat(ListenSpec.parse(said)).isEqualTo(ListenSpec.parse(text));
    }

    @Test
    void a_path_can_be_read_as_well() {
        Path path = Path.of("my run", "web.sock").toAbsolutePath();

        String said = BoundAddress.text(UnixDomainSocketAddress.of(path));

        assertThat(said).isEqualTo("unix:" + path);
        assertThat(ListenSpec.parse(said)).isEqualTo(ListenSpec.unix(path.toString()));
    }
}
