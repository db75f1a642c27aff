package io.forkless.benchmarks.app;

import io.forkless.jetty.SharedServerConnector;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

/** The work on Jetty. */
final class JettyServer {
    /** As long as Forkless's and Undertow's; Jetty's own of 50 would be what many connections at once find first. */
    private static final int ACCEPT_QUEUE = 1024;

    /** Thousands of connections are opened and then counted, on a machine that may be busy with others. */
    private static final int IDLE_TIMEOUT_MILLIS = 600_000;

    private JettyServer() {}

    /** @param immediate whether the thread that reads a request may do the work, too: it takes no time */
    static int start(App.ListenerKind listener, int port, long stopTimeout, Work work, boolean immediate)
            throws Exception {
        Server server = new Server();
        ServerConnector connector =
                listener == App.ListenerKind.shared ? new SharedServerConnector(server) : new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        connector.setReusePort(listener == App.ListenerKind.reuseport);
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
        server.addConnector(connector);
        server.setHandler(new WorkHandler(work, immediate));
        if (stopTimeout > 0) {
            server.setStopAtShutdown(true);
            server.setStopTimeout(stopTimeout);
            server.insertHandler(new GracefulHandler());
        }
        server.start();
        return connector.getLocalPort();
    }

    private static final class WorkHandler extends Handler.Abstract {
        private final String answer = Long.toString(ProcessHandle.current().pid());
        private final Work work;

        WorkHandler(Work work, boolean immediate) {
            super(immediate ? InvocationType.NON_BLOCKING : InvocationType.BLOCKING);
            this.work = work;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            work.perform();
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
            Content.Sink.write(response, true, answer, callback);
            return true;
        }
    }
}
