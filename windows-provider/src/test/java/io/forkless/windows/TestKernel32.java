package io.forkless.windows;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/** What only the tests need of {@code kernel32.dll}. */
interface TestKernel32 extends Library {
    TestKernel32 INSTANCE = Native.load("kernel32", TestKernel32.class);

    /** {@code winnt.h}. */
    int PROCESS_SUSPEND_RESUME = 0x0800;

    Pointer GetCurrentProcess();

    Pointer OpenProcess(int access, boolean inherit, int pid);

    boolean CloseHandle(Pointer object);

    boolean GetProcessHandleCount(Pointer process, Pointer count);
}
