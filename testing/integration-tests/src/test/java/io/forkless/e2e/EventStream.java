package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.forkless.testing.load.HttpConnection;
import io.forkless.testing.load.RequestException;
import io.forkless.testing.load.Target;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/** A client of {@link SecureExample#EVENTS}: none of the numbered events may be missing. */
final class EventStream implements AutoCloseable {
    private final HttpConnection connection;
    private final Thread thread = new Thread(this::read, "events");
    private final StringBuilder unread = new StringBuilder();

    private volatile int events;
    private volatile RequestException failure;

    EventStream(Target target) throws RequestException {
        connection = new HttpConnection(target);
        thread.start();
    }

    private void read() {
        try {
            connection.send(SecureExample.EVENTS, false, 1);
            connection.receive((bytes, count, position) -> {
                unread.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
                for (int end = unread.indexOf("\n\n"); end >= 0; end = unread.indexOf("\n\n")) {
                    if (!unread.substring(0, end).equals("data: " + events)) {
                        throw new ProtocolException(unread + " in place of event " + events);
                    }
                    unread.delete(0, end + 2);
                    events++;
                }
            });
        } catch (RequestException e) {
            failure = e;
        }
    }

    /** It lasts, and goes on. */
    void assertGoesOn() {
        int before = events;
        await("another event").atMost(RunningProgram.PATIENCE).until(() -> events > before || !thread.isAlive());
        assertThat(thread.isAlive())
                .as("it lasts; %s events; %s", events, failure)
                .isTrue();
    }

    int events() {
        return events;
    }

    @Override
    public void close() {
        connection.close();
    }
}
