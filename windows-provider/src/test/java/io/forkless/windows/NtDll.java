package io.forkless.windows;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** What freezes a process, as SIGSTOP does elsewhere; {@code ntdll.dll} exports it without a header. */
interface NtDll extends Library {
    NtDll INSTANCE = Native.load("ntdll", NtDll.class);

    /** Suspends every thread. Returns an NTSTATUS, 0 for success. */
    int NtSuspendProcess(Pointer process);
}
