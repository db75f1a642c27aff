package io.forkless.worker;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;

/** What the threads of this JVM do, in a text of limited length: the last words of a worker that hangs. */
final class ThreadDump {
    private static final int MAX_FRAMES = 40;
    private static final int MAX_CHARACTERS = 256 * 1024;

    private ThreadDump() {}

    /** Whether some threads wait for each other and will for ever. */
    static boolean hasDeadlock() {
        return ManagementFactory.getThreadMXBean().findDeadlockedThreads() != null;
    }

    /** To the file descriptor itself: a lock of {@code System.err} or of a logger may be what the threads wait for. */
    @SuppressWarnings("resource") // descriptor 2 stays open
    static void writeToStandardError() throws IOException {
        new FileOutputStream(FileDescriptor.err).write(text().getBytes(StandardCharsets.UTF_8));
    }

    /** Threads that are part of a deadlock come first, so that they are in it if it has to be cut. */
    static String text() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        StringBuilder text = new StringBuilder("thread dump of pid ")
                .append(ProcessHandle.current().pid())
                .append('\n');
        long[] deadlocked = threads.findDeadlockedThreads();
        if (deadlocked != null) {
            text.append("these threads wait for each other:\n");
            append(text, threads.getThreadInfo(deadlocked, true, true));
            text.append("all threads:\n");
        }
        append(text, threads.dumpAllThreads(true, true));
        return text.toString();
    }

    private static void append(StringBuilder text, ThreadInfo[] threads) {
        for (ThreadInfo thread : threads) {
            if (text.length() > MAX_CHARACTERS) {
                text.append("… and more threads\n");
                return;
            }
            if (thread != null) { // null: it has ended meanwhile
                append(text, thread);
            }
        }
    }

    private static void append(StringBuilder text, ThreadInfo thread) {
        text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
        LockInfo lock = thread.getLockInfo();
        if (lock != null) {
            text.append(" on ").append(lock);
        }
        if (thread.getLockOwnerName() != null) {
            text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
        }
        text.append('\n');
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < Math.min(MAX_FRAMES, frames.length); i++) {
            text.append("    at ").append(frames[i]).append('\n');
        }
        if (frames.length > MAX_FRAMES) {
            text.append("    … ").append(frames.length - MAX_FRAMES).append(" more\n");
        }
    }
}
