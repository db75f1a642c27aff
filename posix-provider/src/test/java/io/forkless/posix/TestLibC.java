package io.forkless.posix;

import com.sun.jna.Library;
import com.sun.jna.Native;

/** C functions that only the tests need, under their C names. */
interface TestLibC extends Library {
    TestLibC INSTANCE = Native.load("c", TestLibC.class);

    int socketpair(int domain, int type, int protocol, int[] fds);

    int open(String path, int flags);

    long write(int fd, byte[] bytes, long count);

    int fcntl(int fd, int command, Object... argument);

    int dup2(int from, int to);

    int prctl(int option, Object... arguments);

    long recv(int fd, byte[] bytes, long length, int flags);

    int clock_gettime(int clock, long[] secondsAndNanos);

    int gettid();

    long pthread_self();

    int pthread_kill(long thread, int signal);

    /** glibc 2.32 and later. */
    String strerrorname_np(int errno);
}
