package io.forkless.windows;

import io.forkless.spi.SharedServerSocketChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A worker for the tests: adopts the ticket that it reads, and answers each connection with its pid. Commands come as
 * further lines.
 */
final class WorkerProgram {
    private WorkerProgram() {}

    /** @param arguments how many threads accept */
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        SharedServerSocketChannel channel;
        try {
            channel = new WindowsListenerProvider().adopt(HexFormat.of().parseHex(in.readLine()));
        } catch (IOException e) {
            say("refused: " + e.getMessage());
            return;
        }
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            Thread thread = new Thread(() -> serve(channel), "acceptor-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        say("adopted");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            switch (line) {
                case "associate" -> say(associate(channel));
                case "pending" -> say("pending " + ((WindowsServerSocketChannel) channel).pendingAccepts());
                case "close" -> {
                    channel.close();
                    say("closed");
                }
                default -> say("unknown command");
            }
        }
    }

    private static void serve(SharedServerSocketChannel channel) {
        try {
            while (true) {
                try (SocketChannel connection = channel.accept()) {
                    String answer = Long.toString(ProcessHandle.current().pid());
                    connection.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** Does what no holder of a shared socket should do. */
    private static String associate(SharedServerSocketChannel channel) {
        Kernel32 k = Kernel32.INSTANCE;
        var port = k.CreateIoCompletionPort(Kernel32.INVALID_HANDLE_VALUE, null, 0, 0);
        var result = k.CreateIoCompletionPort(((WindowsServerSocketChannel) channel).listenerHandle(), port, 0, 0);
        return result == null ? "not associated" : "associated";
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
