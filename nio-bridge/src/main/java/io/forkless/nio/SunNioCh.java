package io.forkless.nio;

import com.sun.jna.Pointer;
import java.io.FileDescriptor;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * The four members of {@code sun.nio.ch} that the bridge calls, the same in JDK 17, 21 and 25.
 *
 * <p>Threading: immutable, safe for any thread.
 */
final class SunNioCh {
    private static final String SELECTOR_PROVIDER = "Ljava/nio/channels/spi/SelectorProvider;";
    private static final String PROTOCOL_FAMILY = "Ljava/net/ProtocolFamily;";
    private static final String FILE_DESCRIPTOR = "Ljava/io/FileDescriptor;";
    private static final String SOCKET_ADDRESS = "Ljava/net/SocketAddress;";

    private final JniFunctions jni;
    private final Class<?> ioUtil;
    private final Class<?> serverChannel;
    private final Class<?> channel;
    private final Class<?> selectable;
    private final Pointer newFd;
    private final Pointer newServerChannel;
    private final Pointer newChannel;
    private final Pointer fdVal;

    SunNioCh(JniFunctions jni) {
        this.jni = jni;
        JdkMembers jdk = new JdkMembers(jni);
        ioUtil = jdk.type("IOUtil");
        serverChannel = jdk.type("ServerSocketChannelImpl");
        channel = jdk.type("SocketChannelImpl");
        selectable = jdk.type("SelChImpl");

        String head = "(" + SELECTOR_PROVIDER + PROTOCOL_FAMILY + FILE_DESCRIPTOR;
        newServerChannel = jdk.constructor(serverChannel, head + "Z)V");
        newChannel = jdk.constructor(channel, head + SOCKET_ADDRESS + ")V");
        newFd = jdk.staticMethod(ioUtil, "newFD", "(I)" + FILE_DESCRIPTOR);
        fdVal = jdk.method(selectable, "getFDVal", "()I");
    }

    /** {@code new ServerSocketChannelImpl(provider, family, newFD(handle), bound = true)}. */
    ServerSocketChannel serverSocketChannel(int handle, ProtocolFamily family) throws IOException {
        try (JniArguments arguments = new JniArguments(jni, 4)) {
            arguments
                    .add(SelectorProvider.provider())
                    .add(family)
                    .add(descriptor(handle))
                    .add(true);
            return (ServerSocketChannel) jni.newObject(serverChannel, newServerChannel, arguments);
        }
    }

    /** {@code new SocketChannelImpl(provider, family, newFD(handle), remote)}. */
    SocketChannel socketChannel(int handle, ProtocolFamily family, SocketAddress remote) throws IOException {
        try (JniArguments arguments = new JniArguments(jni, 4)) {
            arguments
                    .add(SelectorProvider.provider())
                    .add(family)
                    .add(descriptor(handle))
                    .add(remote);
            return (SocketChannel) jni.newObject(channel, newChannel, arguments);
        }
    }

    /** Whether {@link #handleOf} knows the channel's class. */
    boolean isSelectable(Channel candidate) {
        return selectable.isInstance(candidate);
    }

    /** {@code ((SelChImpl) channel).getFDVal()}. */
    int handleOf(Channel selectableChannel) {
        return jni.callInt(selectableChannel, fdVal);
    }

    private FileDescriptor descriptor(int handle) throws IOException {
        try (JniArguments arguments = new JniArguments(jni, 1)) {
            return (FileDescriptor) jni.callStaticObject(ioUtil, newFd, arguments.add(handle));
        }
    }
}
