package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** What {@link SupervisorBuilder} has validated. */
record Configuration(
        List<String> command,
        Map<String, String> environment,
        OutputStream output,
        OutputStream errors,
        List<ListenSpec> listen,
        String name,
        String provider,
        Settings settings) {

    ListenerProvider selectProvider() throws IOException {
        return provider == null ? ListenerProviders.select() : ListenerProviders.named(provider);
    }
}
