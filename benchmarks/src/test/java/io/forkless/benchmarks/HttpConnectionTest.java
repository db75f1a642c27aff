package io.forkless.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HttpConnectionTest {
    @Test
    void answers_are_told_apart_by_their_length() throws IOException {
        InputStream in =
                stream("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\ncontent-length:1\r\n\r\nc");

        assertThat(HttpConnection.readResponse(in)).isEqualTo("ab");
        assertThat(HttpConnection.readResponse(in)).isEqualTo("c");
    }

    @Test
    void another_status_is_a_failure() {
        assertThatIOException()
                .isThrownBy(() -> HttpConnection.readResponse(stream("HTTP/1.1 503 Busy\r\n\r\n")))
                .withMessage("answered with: HTTP/1.1 503 Busy");
    }

    @Test
    void half_an_answer_is_a_failure() {
        for (String half : new String[] {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"}) {
            assertThatExceptionOfType(EOFException.class).isThrownBy(() -> HttpConnection.readResponse(stream(half)));
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }
}
