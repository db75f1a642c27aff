package io.forkless.windows;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The functions of {@code kernel32.dll} that are in use, under their C names, with their constants; {@code winbase.h},
 * {@code ioapiset.h}, {@code winnt.h}. HANDLE is a {@link Pointer}, {@code ULONG_PTR} a {@code long}: 64-bit Windows only.
 */
interface Kernel32 extends Library {
    Kernel32 INSTANCE = Native.load("kernel32", Kernel32.class);

    int INFINITE = -1;
    int HANDLE_FLAG_INHERIT = 0x1;
    int WT_EXECUTEINWAITTHREAD = 0x4;
    int WT_EXECUTEONLYONCE = 0x8;

    /** {@code INVALID_HANDLE_VALUE}: makes a completion port that no file is associated with. */
    Pointer INVALID_HANDLE_VALUE = Pointer.createConstant(-1L); // an int would be taken for 32 bits

    /** {@code WAITORTIMERCALLBACK}. */
    interface WaitCallback extends Callback {
        void callback(Pointer context, byte timedOut);
    }

    Pointer CreateIoCompletionPort(Pointer file, Pointer existingPort, long key, int concurrentThreads);

    boolean GetQueuedCompletionStatus(Pointer port, Pointer bytes, Pointer key, Pointer overlapped, int timeoutMillis);

    boolean PostQueuedCompletionStatus(Pointer port, int bytes, long key, Pointer overlapped);

    Pointer CreateEventW(Pointer attributes, boolean manualReset, boolean initialState, Pointer name);

    boolean RegisterWaitForSingleObject(
            Pointer newWait, Pointer object, WaitCallback callback, Pointer context, int millis, int flags);

    boolean UnregisterWaitEx(Pointer wait, Pointer completionEvent);

    boolean CancelIoEx(Pointer file, Pointer overlapped);

    boolean SetHandleInformation(Pointer object, int mask, int flags);

    boolean CloseHandle(Pointer object);
}
