package io.forkless.benchmarks.app;

/** What a request makes the server do before it is answered. Called by many threads. */
@FunctionalInterface
interface Work {
    void perform();
}
