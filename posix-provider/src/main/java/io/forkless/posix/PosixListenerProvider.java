package io.forkless.posix;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.nio.NioChannels;
import io.forkless.spi.Fitness;
import io.forkless.spi.HostProcess;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProvider;
import io.forkless.spi.SharedListener;
import io.forkless.spi.SharedServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Shares a listener by handing its file descriptor over with {@code SCM_RIGHTS}. Linux; macOS not tested. */
public final class PosixListenerProvider implements ListenerProvider {
    static final String NAME = "posix";

    private static final System.Logger LOG = System.getLogger(PosixListenerProvider.class.getName());
    private static final int REPLY_TIMEOUT_MILLIS = 10_000;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Fitness check() {
        String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!os.startsWith("Linux") && !os.startsWith("Mac")) {
            return Fitness.doesNotFit("this is " + os, "it is for Linux and macOS");
        }
        try {
            NioChannels.check();
            if (Native.POINTER_SIZE != 8) {
                return Fitness.doesNotFit("this is a 32-bit JVM", "use a 64-bit one");
            }
            LibC.INSTANCE.getuid();
            return Fitness.fits("SCM_RIGHTS on " + os + ", JNA " + Native.VERSION
                    + (Platform.isMac() ? " (not tested)" : "") + "; stops: " + MinimumTtl.probe());
        } catch (UnsupportedOperationException | LinkageError e) {
            return Fitness.doesNotFit(e, "see that JNA can unpack and load its native library");
        }
    }

    @Override
    public SharedListener listen(ListenSpec spec) throws IOException {
        return new PosixListener(spec);
    }

    @Override
    public SharedListener share(ListenSpec spec, ServerSocketChannel opened) throws IOException {
        try (ServerSocketChannel source = opened) {
            if (!source.isBlocking()) {
                throw new IOException(
                        "listen " + spec + ": the channel is non-blocking, and so would be every worker's");
            }
            NativeSocket original = NativeSocket.of(source);
            return PosixListener.opened(spec, original.duplicate("listen " + spec));
        }
    }

    @Override
    public SharedServerSocketChannel adopt(byte[] ticket) throws IOException {
        NativeSocket received = fetch("adopt", ticket);
        try {
            ProtocolFamily family = received.requireListening("adopt");
            return new PosixServerSocketChannel(NioChannels.serverSocketChannel(received.fd(), family), family);
        } catch (IOException | RuntimeException | Error e) {
            received.close();
            throw e;
        }
    }

    @Override
    public SharedListener takeOver(ListenSpec spec, byte[] ticket) throws IOException {
        String operation = "take over " + (spec == null ? "a listener of a service manager" : spec);
        return PosixListener.takenOver(spec, operation, fetch(operation, ticket));
    }

    private static NativeSocket fetch(String operation, byte[] ticket) throws IOException {
        TicketPayload payload = TicketPayload.decode(operation, ticket);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(payload.socket()))) {
            NativeSocket socket = NativeSocket.of(channel);
            requireOwnUser(operation, socket);
            greet(channel, payload.nonce());
            if (!socket.awaitReadable(REPLY_TIMEOUT_MILLIS)) {
                throw new IOException(operation + ": no answer from the process that made the ticket within "
                        + REPLY_TIMEOUT_MILLIS + " ms");
            }
            return FdPassing.receive(operation, socket);
        } catch (SocketException e) {
            if (e instanceof ConnectException || Files.notExists(payload.socket())) {
                removeStaleFiles(payload.socket());
                throw new IOException(operation + ": the ticket is stale or was used before", e);
            }
            throw new IOException(operation + ": " + e.getMessage(), e);
        }
    }

    /** Another user's process could hand over any socket, and would learn the nonce. */
    private static void requireOwnUser(String operation, NativeSocket connected) throws IOException {
        HostProcess.Peer peer = PeerCredentials.of(operation, connected);
        if (peer.uid() != PeerCredentials.ownUid()) {
            throw new IOException(operation + ": the process that serves the ticket, pid " + peer.pid()
                    + ", belongs to user " + peer.uid() + " and not to this process's user "
                    + PeerCredentials.ownUid());
        }
    }

    private static void greet(SocketChannel channel, byte[] nonce) {
        try {
            channel.write(ByteBuffer.wrap(nonce));
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the other process has hung up: its refusal is what there is to read", e);
        }
    }

    /** A process that was killed could not remove them; nobody listens there any more. */
    private static void removeStaleFiles(Path socket) {
        try {
            if (socket.endsWith(HandOff.SOCKET_FILE)) {
                Files.deleteIfExists(socket);
                Path directory = socket.getParent();
                Files.deleteIfExists(directory);
                RuntimeDirectory.removeIfEmpty(directory.getParent());
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot remove " + socket, e);
        }
    }
}
