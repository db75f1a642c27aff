package io.forkless.nio;

import com.sun.jna.Library;
import com.sun.jna.Native;

/** The C functions that the tests make sockets with; names and meaning are those of the manual pages, section 2. */
interface LibC extends Library {
    LibC INSTANCE = Native.load("c", LibC.class);

    int socket(int domain, int type, int protocol);

    int setsockopt(int fd, int level, int name, int[] value, int length);

    int bind(int fd, byte[] address, int length);

    int listen(int fd, int backlog);

    int pipe(int[] fds);

    int open(String path, int flags);

    int close(int fd);
}
