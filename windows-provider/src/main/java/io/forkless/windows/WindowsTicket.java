package io.forkless.windows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a ticket of this provider holds. Windows ties the protocol information to the process that it was made for; that it
 * works once and for a limited time is ours.
 */
record WindowsTicket(long pid, long expiresAtMillis, byte[] protocolInfo) {
    private static final Duration VALIDITY = Duration.ofSeconds(20);

    private static final int SIZE = 8 + 8 + Winsock.PROTOCOL_INFO_SIZE;

    /** Those that this process has redeemed. */
    private static final Set<ByteBuffer> REDEEMED = ConcurrentHashMap.newKeySet();

    /**
     * Duplicates the socket into that process. If the process never adopts it, the duplicate keeps the port open until the
     * process ends: there is no way to take it back.
     */
    static byte[] make(NativeSocket socket, ProcessHandle receiver) throws IOException {
        String operation = "hand-off to pid " + receiver.pid();
        if (!receiver.isAlive()) {
            throw new IOException(operation + ": the process has ended");
        }
        return make(receiver.pid(), VALIDITY, socket.duplicateFor(operation, receiver.pid()));
    }

    static byte[] make(long pid, Duration validity, byte[] protocolInfo) {
        return ByteBuffer.allocate(SIZE)
                .putLong(pid)
                .putLong(System.currentTimeMillis() + validity.toMillis())
                .put(protocolInfo)
                .array();
    }

    /** @throws IOException if it is not for this process, now */
    static WindowsTicket redeem(String operation, byte[] ticket) throws IOException {
        ByteBuffer payload = ByteBuffer.wrap(ticket.clone());
        if (payload.capacity() != SIZE) {
            throw new IOException(operation + ": not a ticket of the windows provider");
        }
        WindowsTicket redeemed = new WindowsTicket(payload.getLong(), payload.getLong(), new byte[payload.remaining()]);
        payload.get(redeemed.protocolInfo).rewind();
        if (redeemed.pid != ProcessHandle.current().pid()) {
            throw new IOException(operation + ": the ticket was made for process " + redeemed.pid);
        }
        if (System.currentTimeMillis() > redeemed.expiresAtMillis) {
            throw new IOException(operation + ": the ticket is stale");
        }
        if (!REDEEMED.add(payload)) {
            throw new IOException(operation + ": the ticket was used before");
        }
        return redeemed;
    }
}
