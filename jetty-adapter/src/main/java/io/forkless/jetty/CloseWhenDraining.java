package io.forkless.jetty;

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
    /** Connectors may share a configuration, so it is the request that tells which of them is meant. */
    static final CloseWhenDraining INSTANCE = new CloseWhenDraining();

    private CloseWhenDraining() {}

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        if (request.getConnectionMetaData().getConnector() instanceof SharedServerConnector connector) {
            ConnectionActivity activity = ConnectionActivity.of(request.getConnectionMetaData());
            request.addHttpStreamWrapper(
                    activity.isHttp1()
                            ? stream -> new Announcement(activity.begin(stream), connector)
                            : activity::begin);
        }
        return request;
    }

    /** Made at the last moment, since the drain may begin while the handler is at work. */
    private static final class Announcement extends HttpStream.Wrapper {
        private final SharedServerConnector connector;

        Announcement(HttpStream stream, SharedServerConnector connector) {
            super(stream);
            this.connector = connector;
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
