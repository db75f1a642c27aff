package io.forkless.examples.jettyhello;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** {@code /}, {@code /sleep?ms=N} and {@code /crash}. */
final class HelloHandler extends Handler.Abstract {
    private static final long MAX_SLEEP_MILLIS = 600_000;

    private final String answer;

    HelloHandler(String workerIndex) {
        answer = "worker " + workerIndex + " pid " + ProcessHandle.current().pid() + "\n";
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
        switch (Request.getPathInContext(request)) {
            case "/" -> answer(response, callback);
            case "/sleep" -> {
                Fields.Field millis = Request.extractQueryParameters(request).get("ms");
                if (millis == null || !millis.getValue().matches("\\d{1,6}")) {
                    Response.writeError(request, response, callback, HttpStatus.BAD_REQUEST_400, "use /sleep?ms=N");
                    return true;
                }
                Thread.sleep(Math.min(MAX_SLEEP_MILLIS, Long.parseLong(millis.getValue())));
                answer(response, callback);
            }
            case "/crash" -> Runtime.getRuntime().halt(1);
            default -> Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
        }
        return true;
    }

    private void answer(Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
        Content.Sink.write(response, true, answer, callback);
    }
}
