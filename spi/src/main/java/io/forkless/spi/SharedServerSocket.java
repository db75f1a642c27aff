package io.forkless.spi;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;

/** The {@link ServerSocket} face of a shared listener, for hosts that ask it for its port. */
final class SharedServerSocket extends ServerSocket {
    private final SharedServerSocketChannel channel;

    SharedServerSocket(SharedServerSocketChannel channel) throws IOException {
        super();
        this.channel = channel;
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        try {
            return channel.getLocalAddress();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public InetAddress getInetAddress() {
        return getLocalSocketAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    @Override
    public int getLocalPort() {
        return getLocalSocketAddress() instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public Socket accept() throws IOException {
        return channel.accept().socket();
    }

    @Override
    public void bind(SocketAddress endpoint, int backlog) {
        throw new AlreadyBoundException();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        if (timeout != 0) {
            throw new SocketException("a shared listener accepts without a time-out; close it to end an acceptor");
        }
    }

    @Override
    public int getSoTimeout() {
        return 0;
    }

    // The options of the superclass would be those of another socket, opened on the first question.

    @Override
    public void setReuseAddress(boolean on) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() {
        return channel.getOption(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public void setReceiveBufferSize(int size) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, size);
    }

    @Override
    public int getReceiveBufferSize() {
        return channel.getOption(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> name, T value) {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public String toString() {
        return channel.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
