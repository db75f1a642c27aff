package io.forkless.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.forkless.nio.NioChannels;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Set;

/**
 * One {@code AcceptEx}: the memory that the kernel writes to, and the event that it signals. It is used again for the next
 * accept, and freed only when none is pending.
 *
 * <pre>
 * struct OVERLAPPED { ULONG_PTR Internal, InternalHigh; DWORD Offset, OffsetHigh; HANDLE hEvent; };  32 bytes
 * </pre>
 *
 * The low bit of {@code hEvent} is set: no packet goes to a port that somebody may have associated with the shared socket
 * ({@code GetQueuedCompletionStatus}, Remarks). The issuing thread must outlive the operation, or the system cancels it.
 */
final class AcceptOperation {
    static final int OVERLAPPED_SIZE = 32;
    static final int OVERLAPPED_EVENT = 24;

    /** {@code sizeof(sockaddr_in6) + 16} for each of the two addresses ({@code AcceptEx}). */
    static final int ADDRESS_LENGTH = SocketAddresses.SOCKADDR_IN6_SIZE + 16;

    private static final int NO_DATA = 0;
    private static final long NO_PACKET = 1;

    /** The client was gone before it could be accepted: no failure of the listener's. */
    private static final Set<Integer> CLIENT_GONE = Set.of(64, 1236, 10054, 10053);

    private static final Kernel32 K = Kernel32.INSTANCE;

    private final long key;
    private final NativeSocket listener;
    private final AcceptFunctions functions;
    private final Memory overlapped = new Memory(OVERLAPPED_SIZE);
    private final Memory addresses = new Memory(2 * ADDRESS_LENGTH);
    private final Memory result = new Memory(Native.POINTER_SIZE);
    private final Pointer event;
    private NativeSocket accepted;
    private Pointer wait;

    /** @param key names it on the completion port */
    AcceptOperation(long key, NativeSocket listener, AcceptFunctions functions) throws IOException {
        this.key = key;
        this.listener = listener;
        this.functions = functions;
        event = K.CreateEventW(null, true, false, null);
        if (event == null) {
            throw WindowsError.failure("accept", "CreateEventW", Native.getLastError());
        }
    }

    long key() {
        return key;
    }

    /**
     * Issues the accept.
     *
     * @param whenDone is called on a thread of the system when it has completed, unless it completes at once
     * @return whether it has completed at once: a connection was queued
     */
    boolean issue(Kernel32.WaitCallback whenDone) throws IOException {
        while (true) {
            accepted = NativeSocket.open("accept", listener.family());
            overlapped.clear();
            overlapped.setLong(OVERLAPPED_EVENT, Pointer.nativeValue(event) | NO_PACKET);
            if (functions.acceptEx(listener, accepted, addresses, NO_DATA, ADDRESS_LENGTH, result, overlapped)) {
                return true;
            }
            int error = Native.getLastError();
            if (error == WindowsError.ERROR_IO_PENDING) {
                register(whenDone);
                return false;
            }
            accepted.close();
            if (!CLIENT_GONE.contains(error)) {
                throw WindowsError.failure("accept", "AcceptEx", error);
            }
        }
    }

    /** Asks for the end of a pending accept; it completes all the same, with a connection or without. */
    void cancel() {
        K.CancelIoEx(listener.asHandle(), overlapped);
    }

    /**
     * Takes the result of an accept that has completed.
     *
     * @return {@code null} if there is no connection: it was cancelled, or the client was gone
     */
    SocketChannel finish() throws IOException {
        unregister();
        try (Memory flags = new Memory(4)) {
            if (!Winsock.INSTANCE.WSAGetOverlappedResult(listener.handle(), overlapped, result, false, flags)) {
                int error = Native.getLastError();
                accepted.close();
                if (error == WindowsError.ERROR_OPERATION_ABORTED || CLIENT_GONE.contains(error)) {
                    return null;
                }
                throw WindowsError.failure("accept", "AcceptEx", error);
            }
        }
        try {
            accepted.updateAcceptContext("accept", listener);
            InetSocketAddress remote = functions.remoteAddress(addresses, ADDRESS_LENGTH);
            return NioChannels.socketChannel(accepted.handle(), accepted.protocolFamily(), remote);
        } catch (IOException | RuntimeException | Error e) {
            accepted.close();
            throw e;
        }
    }

    /** Frees the memory; only when no accept is pending. */
    void free() {
        K.CloseHandle(event);
        overlapped.close();
        addresses.close();
        result.close();
    }

    private void register(Kernel32.WaitCallback whenDone) {
        int flags = Kernel32.WT_EXECUTEINWAITTHREAD | Kernel32.WT_EXECUTEONLYONCE;
        Pointer context = Pointer.createConstant(key);
        if (!K.RegisterWaitForSingleObject(result, event, whenDone, context, Kernel32.INFINITE, flags)) {
            throw new IllegalStateException(
                    "accept: RegisterWaitForSingleObject: " + WindowsError.describe(Native.getLastError()));
        }
        wait = result.getPointer(0);
    }

    /** Waits for the callback to return, which it is about to do: afterwards nothing of ours is in use. */
    private void unregister() {
        if (wait != null) {
            K.UnregisterWaitEx(wait, Kernel32.INVALID_HANDLE_VALUE);
            wait = null;
        }
    }
}
