package io.forkless.windows;

import io.forkless.spi.SharedServerSocketChannel;
import io.forkless.tck.WorkerProgram;

/** What workers are told to do that the test kit's program does not know. */
final class WorkerTasks {
    private WorkerTasks() {}

    /** Does what no holder of a shared socket should do. */
    public static final class Associate implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            Kernel32 k = Kernel32.INSTANCE;
            var port = k.CreateIoCompletionPort(Kernel32.INVALID_HANDLE_VALUE, null, 0, 0);
            var result = k.CreateIoCompletionPort(((WindowsServerSocketChannel) channel).listenerHandle(), port, 0, 0);
            return result == null ? "not associated" : "associated";
        }
    }

    /** Tells how many accepts are under way. */
    public static final class CountPending implements WorkerProgram.Task {
        @Override
        public String run(SharedServerSocketChannel channel) {
            return "pending " + ((WindowsServerSocketChannel) channel).pendingAccepts();
        }
    }
}
