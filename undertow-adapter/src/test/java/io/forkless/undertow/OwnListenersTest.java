package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.ListenSpec;
import io.forkless.tck.adapter.Http1Client;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OwnListenersTest {
    private static final String TEMPORARY = "java.io.tmpdir";

    @TempDir
    Path directory;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "a hand-off needs a directory on Linux only")
    void a_listener_of_which_no_copy_can_be_had_does_not_stay_bound() throws Exception {
        int port = Http1Client.freePort();
        OwnListeners listeners = new OwnListeners();
        String usual =
                System.setProperty(TEMPORARY, directory.resolve("missing").toString());
        try {
            assertThatIOException().isThrownBy(() -> listeners.listen(ListenSpec.tcp("127.0.0.1", port)));
        } finally {
            System.setProperty(TEMPORARY, usual);
        }

        try (ServerSocket free = new ServerSocket(port)) {
            assertThat(free.isBound()).isTrue();
        }
    }
}
