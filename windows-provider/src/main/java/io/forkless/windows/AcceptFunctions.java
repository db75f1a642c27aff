package io.forkless.windows;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** {@code AcceptEx} and {@code GetAcceptExSockaddrs}, which are found through a socket; {@code mswsock.h}. */
final class AcceptFunctions {
    /** {@code WSAID_ACCEPTEX}: {b5367df1-cbac-11cf-95ca-00805f48a192}, in its memory layout. */
    private static final byte[] WSAID_ACCEPTEX = guid(0xf1);

    /** {@code WSAID_GETACCEPTEXSOCKADDRS}: {b5367df2-cbac-11cf-95ca-00805f48a192}. */
    private static final byte[] WSAID_GETACCEPTEXSOCKADDRS = guid(0xf2);

    private final Function acceptEx;
    private final Function getAcceptExSockaddrs;

    AcceptFunctions(NativeSocket socket) throws IOException {
        acceptEx = Winsock.extension(socket, WSAID_ACCEPTEX, "AcceptEx");
        getAcceptExSockaddrs = Winsock.extension(socket, WSAID_GETACCEPTEXSOCKADDRS, "GetAcceptExSockaddrs");
    }

    boolean acceptEx(
            NativeSocket listener,
            NativeSocket accepted,
            Memory output,
            int dataLength,
            int addressLength,
            Memory received,
            Memory overlapped) {
        return acceptEx.invokeInt(new Object[] {
                    listener.handle(),
                    accepted.handle(),
                    output,
                    dataLength,
                    addressLength,
                    addressLength,
                    received,
                    overlapped
                })
                != 0;
    }

    /** The peer's address out of the output of an accept. */
    InetSocketAddress remoteAddress(Memory output, int addressLength) throws IOException {
        try (Memory local = new Memory(Native.POINTER_SIZE);
                Memory localLength = new Memory(4);
                Memory remote = new Memory(Native.POINTER_SIZE);
                Memory remoteLength = new Memory(4)) {
            Object[] arguments = {output, 0, addressLength, addressLength, local, localLength, remote, remoteLength};
            getAcceptExSockaddrs.invokeVoid(arguments);
            Pointer address = remote.getPointer(0);
            return SocketAddresses.decode(address);
        }
    }

    private static byte[] guid(int first) {
        return new byte[] {
            (byte) first,
            0x7d,
            0x36,
            (byte) 0xb5,
            (byte) 0xac,
            (byte) 0xcb,
            (byte) 0xcf,
            0x11,
            (byte) 0x95,
            (byte) 0xca,
            0x00,
            (byte) 0x80,
            0x5f,
            0x48,
            (byte) 0xa1,
            (byte) 0x92
        };
    }
}
