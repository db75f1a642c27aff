package io.forkless.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that nobody has at the moment, on any address, for a program that is told its port before it runs. It is below
 * those that systems choose by themselves (from 32768 on Linux, ip(7); from 49152 on Windows), or one of the many clients
 * and servers of tests that run at the same time would be given it meanwhile.
 */
public final class FreePort {
    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private FreePort() {}

    public static int any() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(port));
                return port;
            } catch (BindException e) {
                // somebody has it
            }
        }
    }
}
