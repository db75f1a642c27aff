package io.forkless.nio;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@DisabledIfSystemProperty(
        named = "java.net.preferIPv4Stack",
        matches = "true",
        disabledReason = "the JVM was told not to use IPv6")
class Inet6SocketTest extends SocketContract {
    @Override
    ProtocolFamily family() {
        return StandardProtocolFamily.INET6;
    }

    @Override
    SocketAddress freeAddress() {
        return new InetSocketAddress("::1", 0);
    }
}
