package io.forkless.windows;

import com.sun.jna.Native;
import io.forkless.nio.NioChannels;
import io.forkless.spi.Fitness;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/** Shares a listener by duplicating its socket into another process with {@code WSADuplicateSocketW}. 64-bit Windows. */
public final class WindowsListenerProvider implements ListenerProvider {
    static final String NAME = "windows";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Fitness check() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!os.startsWith("Windows")) {
            return Fitness.doesNotFit("this is " + os, "it is for Windows");
        }
        try {
            NioChannels.check();
            if (Native.POINTER_SIZE != 8) {
                return Fitness.doesNotFit("this is a 32-bit JVM", "use a 64-bit one");
            }
            NativeSocket probe = NativeSocket.open("check", Winsock.AF_INET);
            try {
                new AcceptFunctions(probe);
            } finally {
                probe.close();
            }
            return Fitness.fits("WSADuplicateSocketW and AcceptEx on " + os + ", JNA " + Native.VERSION
                    + "; stops: the workers end one after the other, as " + WindowsListener.CANNOT_HOLD_OFF);
        } catch (IOException | UnsupportedOperationException | LinkageError e) {
            return Fitness.doesNotFit(
                    e,
                    "see that JNA can load its native library and that no layered service provider hides AcceptEx"
                            + " (netsh winsock show catalog)");
        }
    }

    @Override
    public SharedListener listen(ListenSpec spec) throws IOException {
        return new WindowsListener(spec, NativeSocket.listening(spec));
    }

    @Override
    public SharedListener share(ListenSpec spec, ServerSocketChannel opened) throws IOException {
        String operation = "listen " + spec;
        try (ServerSocketChannel source = opened) {
            if (!source.isBlocking()) {
                throw new IOException(operation + ": the channel is non-blocking");
            }
            NativeSocket original = new NativeSocket(NioChannels.handleOf(source), Winsock.FROM_PROTOCOL_INFO);
            byte[] info =
                    original.duplicateFor(operation, ProcessHandle.current().pid());
            return new WindowsListener(spec, NativeSocket.adopt(operation, info));
        }
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        NativeSocket socket = open("adopt", ticket);
        try {
            return new WindowsServerSocketChannel(socket);
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /** On Windows a quiesce changes nothing that would have to be undone. */
    @Override
    public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
        return new WindowsListener(spec, open("take over " + spec, ticket));
    }

    /** This process's copy of the listener. */
    private static NativeSocket open(String operation, byte[] ticket) throws IOException {
        NativeSocket socket = NativeSocket.adopt(
                operation, WindowsTicket.redeem(operation, ticket).protocolInfo());
        try {
            socket.requireListening(operation);
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }
}
