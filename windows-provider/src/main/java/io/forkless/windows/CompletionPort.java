package io.forkless.windows;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * A queue of completed accepts, on which their callers wait. No file is ever associated with it: the association would
 * belong to the file object, which all holders of a duplicated socket share, and could never be undone.
 */
final class CompletionPort {
    private static final Kernel32 K = Kernel32.INSTANCE;

    private final Pointer handle;

    CompletionPort() throws IOException {
        handle = K.CreateIoCompletionPort(Kernel32.INVALID_HANDLE_VALUE, null, 0, 0);
        if (handle == null) {
            throw WindowsError.failure("accept", "CreateIoCompletionPort", Native.getLastError());
        }
    }

    /** Wakes one caller of {@link #take} with this key. */
    void post(long key) {
        K.PostQueuedCompletionStatus(handle, 0, key, null);
    }

    /** Waits for the next key. */
    long take() throws IOException {
        try (Memory bytes = new Memory(4);
                Memory key = new Memory(8);
                Memory overlapped = new Memory(8)) {
            if (!K.GetQueuedCompletionStatus(handle, bytes, key, overlapped, Kernel32.INFINITE)) {
                throw WindowsError.failure("accept", "GetQueuedCompletionStatus", Native.getLastError());
            }
            return key.getLong(0);
        }
    }

    void close() {
        K.CloseHandle(handle);
    }
}
