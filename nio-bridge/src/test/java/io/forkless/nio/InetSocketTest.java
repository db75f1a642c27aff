package io.forkless.nio;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;

class InetSocketTest extends SocketContract {
    @Override
    ProtocolFamily family() {
        return StandardProtocolFamily.INET;
    }

    @Override
    SocketAddress freeAddress() {
        return new InetSocketAddress("127.0.0.1", 0);
    }
}
