package io.forkless.windows;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The functions of {@code ws2_32.dll} that are in use, under their C names, with their constants; {@code winsock2.h},
 * {@code ws2ipdef.h}, {@code mswsock.h}. A SOCKET is a {@code long}; errors come from {@link Native#getLastError()}, which
 * is {@code WSAGetLastError} right after the call.
 */
interface Winsock extends Library {
    Winsock INSTANCE = Native.load("ws2_32", Winsock.class);

    int AF_INET = 2;
    int AF_INET6 = 23;
    int SOCK_STREAM = 1;
    int IPPROTO_TCP = 6;
    int IPPROTO_IPV6 = 41;
    int IPV6_V6ONLY = 27;
    int SOL_SOCKET = 0xffff;
    int SO_ACCEPTCONN = 0x0002;
    int SO_EXCLUSIVEADDRUSE = ~0x0004; // ~SO_REUSEADDR
    int SO_UPDATE_ACCEPT_CONTEXT = 0x700B;
    int FROM_PROTOCOL_INFO = -1;
    int WSA_FLAG_OVERLAPPED = 0x01;
    int WSA_FLAG_NO_HANDLE_INHERIT = 0x80;
    int SIO_GET_EXTENSION_FUNCTION_POINTER = 0xC8000006;
    short POLLRDNORM = 0x0100;
    long INVALID_SOCKET = -1;

    /** {@code sizeof(WSAPOLLFD)}: a SOCKET, then two shorts. */
    int POLLFD_SIZE = 16;

    /** {@code sizeof(WSAPROTOCOL_INFOW)}, and where {@code iAddressFamily} is in it. */
    int PROTOCOL_INFO_SIZE = 628;

    int PROTOCOL_INFO_FAMILY = 76;

    int WSAStartup(short version, Pointer data);

    long WSASocketW(int family, int type, int protocol, Pointer protocolInfo, int group, int flags);

    int bind(long socket, Pointer address, int addressLength);

    int listen(long socket, int backlog);

    int closesocket(long socket);

    int setsockopt(long socket, int level, int name, Pointer value, int valueLength);

    int getsockopt(long socket, int level, int name, Pointer value, Pointer valueLength);

    int getsockname(long socket, Pointer address, Pointer addressLength);

    int WSAPoll(Pointer pollFds, int count, int timeoutMillis);

    int WSADuplicateSocketW(long socket, int processId, Pointer protocolInfo);

    int WSAIoctl(
            long socket,
            int code,
            Pointer in,
            int inLength,
            Pointer out,
            int outLength,
            Pointer bytesReturned,
            Pointer overlapped,
            Pointer completionRoutine);

    boolean WSAGetOverlappedResult(long socket, Pointer overlapped, Pointer bytes, boolean wait, Pointer flags);

    /**
     * The address of an extension function; they are to be asked for at run time ({@code AcceptEx}, Remarks).
     *
     * @param guid in its memory layout
     */
    static Function extension(NativeSocket socket, byte[] guid, String name) throws IOException {
        try (Memory in = new Memory(guid.length);
                Memory out = new Memory(Native.POINTER_SIZE);
                Memory returned = new Memory(4)) {
            in.write(0, guid, 0, guid.length);
            int result = INSTANCE.WSAIoctl(
                    socket.handle(),
                    SIO_GET_EXTENSION_FUNCTION_POINTER,
                    in,
                    guid.length,
                    out,
                    (int) out.size(),
                    returned,
                    null,
                    null);
            if (result != 0) {
                throw WindowsError.failure(name, "WSAIoctl", Native.getLastError());
            }
            return Function.getFunction(out.getPointer(0), Function.ALT_CONVENTION);
        }
    }
}
