package io.forkless.jetty;

import java.util.function.Function;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;

/**
 * Announces on each HTTP/1 response of a draining connector that it is the connection's last (RFC 9112 section 9.6), so
 * that no client sends one more request into a connection that is about to be closed. Of every version of HTTP it tells
 * {@link ConnectionActivity} that a request has come.
 */
final class CloseWhenDraining implements HttpConfiguration.Customizer {
    private final SharedServerConnector connector;
    private final Function<HttpStream, HttpStream> announce = Announcement::new;

    CloseWhenDraining(SharedServerConnector connector) {
        this.connector = connector;
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        ConnectionActivity activity = ConnectionActivity.of(request.getConnectionMetaData());
        request.addHttpStreamWrapper(activity::begin);
        if (activity.isHttp1()) {
            request.addHttpStreamWrapper(announce);
        }
        return request;
    }

    /** Made at the last moment, since the drain may begin while the handler is at work. */
    private final class Announcement extends HttpStream.Wrapper {
        Announcement(HttpStream stream) {
            super(stream);
        }

        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
            super.prepareResponse(headers);
            if (connector.isDraining() && !headers.contains(HttpHeader.UPGRADE)) {
                headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
            }
        }
    }
}
