package io.forkless.tck.adapter;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client's end of a WebSocket whose server sends back what it gets. For one thread. */
public final class EchoSocket implements WebSocket.Listener {
    private static final int SECONDS = 30;

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final WebSocket socket;

    EchoSocket(HttpClient client, URI uri) throws Exception {
        socket = client.newWebSocketBuilder().buildAsync(uri, this).get(SECONDS, TimeUnit.SECONDS);
    }

    /** @return what comes back, or {@code null} if nothing does */
    public String echo(String message) throws Exception {
        socket.sendText(message, true).get(SECONDS, TimeUnit.SECONDS);
        return received.poll(SECONDS, TimeUnit.SECONDS);
    }

    /** Completes when the server has ended the connection, in whatever way. */
    CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        received.add(data.toString());
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
        end.complete(null);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        end.complete(null);
    }
}
