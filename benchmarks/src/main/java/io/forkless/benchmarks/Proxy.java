package io.forkless.benchmarks;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What distributes requests over servers.
 *
 * @param file the name of its configuration
 * @param command what runs it, before that file's path
 * @param server how the configuration names a server, given its index and port
 * @param drain called before a server is stopped, with its index
 * @param ready called when it has been started again
 */
record Proxy(String file, List<String> command, String readyLine, String server, Step drain, Step ready) {
    /** What is done about one server. */
    @FunctionalInterface
    interface Step {
        void accept(int server) throws IOException;
    }

    /** It has an API for that: no new request to a server that drains, and all that it has are answered before it stops. */
    static Proxy haproxy(Bench bench) {
        Path socket = bench.temporary().resolve("haproxy.sock");
        return new Proxy(
                "haproxy.cfg",
                List.of("haproxy", "-W", "-f"),
                "Loading success",
                "    server s%d 127.0.0.1:%d",
                server -> {
                    ask(socket, "set server workers/s" + server + " state drain");
                    Answerers.await("a server without requests", () -> requests(socket, server) == 0);
                },
                server -> ask(socket, "set server workers/s" + server + " state ready"));
    }

    /** Its API is not in the free version: it finds out by itself, and asks another server. */
    static Proxy nginx() {
        return new Proxy(
                "nginx.conf",
                List.of("nginx", "-c"),
                "start worker process ",
                "        server 127.0.0.1:%2$d fail_timeout=1s;",
                server -> {},
                server -> {});
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
            throw new java.io.UncheckedIOException(e);
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
