package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.service.Proxy;
import io.forkless.testing.load.Answerers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Proxies as they are set up to bear the loss of a server. */
final class Proxies {
    private static final String SOCKET = "haproxy.sock";

    private Proxies() {}

    /** It has an API for that: no new request to a server that drains, and all that it has are answered before it stops. */
    static Proxy haproxy() {
        return new Proxy(
                "faults/haproxy.cfg",
                List.of("haproxy", "-db", "-f"),
                "    server s%d 127.0.0.1:%d",
                (directory, server) -> {
                    ask(directory.resolve(SOCKET), "set server workers/s" + server + " state drain");
                    Answerers.await(
                            "a server without requests", () -> requests(directory.resolve(SOCKET), server) == 0);
                },
                (directory, server) ->
                        ask(directory.resolve(SOCKET), "set server workers/s" + server + " state ready"));
    }

    /** Its API is not in the free version: it finds out by itself, and asks another server. */
    static Proxy nginx() {
        return new Proxy(
                "faults/nginx.conf",
                List.of("nginx", "-e", "stderr", "-c"),
                "        server 127.0.0.1:%2$d fail_timeout=1s;");
    }

    private static int requests(Path socket, int server) {
        try {
            return ask(socket, "show stat")
                    .lines()
                    .map(line -> line.split(","))
                    .filter(fields -> fields.length > 4 && fields[1].equals("s" + server))
                    .mapToInt(fields -> Integer.parseInt(fields[4]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(Path socket, String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {
                // to its end
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
    }
}
