package io.forkless.benchmarks.stops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.forkless.testing.load.Conversation;
import io.forkless.testing.load.Outcome;
import io.forkless.testing.load.RequestException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each of two streams is counted, and a stream that is cut or changed is told from a whole one. */
class Http2ConversationTest implements Conversation.Counter {
    private final HTTP2Client client = new HTTP2Client();
    private final Server server = new Server();
    private final ServerConnector connector =
            new ServerConnector(server, new HTTP2CServerConnectionFactory(new HttpConfiguration()));
    private final List<Outcome> outcomes = new ArrayList<>();

    private String path = "";
    private Damage damage = Damage.NONE;

    /** What becomes of the answer at {@link #path}. */
    private enum Damage {
        NONE,
        CUT,
        WRONG
    }

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Answers());
        server.start();
        client.start();
    }

    @AfterEach
    void stop() throws Exception {
        client.stop();
        server.stop();
    }

    @Test
    void both_streams_are_counted() throws Exception {
        assertThat(exchange()).containsExactly(Outcome.OK, Outcome.OK);
    }

    @Test
    void a_stream_that_is_cut_is_lost_and_the_other_one_is_not() throws Exception {
        path = Traffic.EVENTS;
        damage = Damage.CUT;

        assertThat(exchange()).containsExactly(Outcome.ENDED_WITHIN, Outcome.OK);
    }

    @Test
    void a_wrong_byte_is_seen() throws Exception {
        path = Traffic.DOWNLOAD;
        damage = Damage.WRONG;

        assertThat(exchange()).containsExactly(Outcome.OK, Outcome.WRONG);
    }

    @Test
    void a_port_without_listener_refuses() throws Exception {
        Endpoint endpoint = endpoint();
        server.stop();

        RequestException refused = catchThrowableOfType(RequestException.class, () -> new Http2Conversation(endpoint));

        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
    }

    private List<Outcome> exchange() throws Exception {
        try (Http2Conversation conversation = new Http2Conversation(endpoint())) {
            conversation.exchange(this);
        }
        return outcomes;
    }

    private Endpoint endpoint() {
        return new Endpoint(new InetSocketAddress("127.0.0.1", connector.getLocalPort()), null, client);
    }

    @Override
    public void answered(String worker) {
        outcomes.add(Outcome.OK);
    }

    @Override
    public void failed(RequestException failure) {
        outcomes.add(failure.outcome());
    }

    private final class Answers extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            String asked = Request.getPathInContext(request);
            byte[] body = Traffic.body(0, asked.equals(Traffic.EVENTS) ? Traffic.EVENTS_BYTES : Traffic.DOWNLOAD_BYTES);
            Damage done = asked.equals(path) ? damage : Damage.NONE;
            if (done == Damage.WRONG) {
                body[body.length / 2]++;
            }
            Callback end = done == Damage.CUT
                    ? Callback.from(() -> callback.failed(new IOException("cut")), callback::failed)
                    : callback;
            response.write(done != Damage.CUT, ByteBuffer.wrap(body), end);
            return true;
        }
    }
}
