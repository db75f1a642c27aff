package io.forkless.benchmarks.service;

import java.util.List;

/** A server that is running, in one process or several. */
public interface Service extends AutoCloseable {
    int port();

    /** All processes that work for it, proxies and supervisors included. */
    List<ProcessHandle> processes();

    @Override
    void close();
}
