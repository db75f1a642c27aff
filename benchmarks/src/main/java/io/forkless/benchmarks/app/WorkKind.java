package io.forkless.benchmarks.app;

/** Kinds of {@link Work}, each with another resource that one JVM has only once. */
enum WorkKind {
    /** Nothing: the server itself is measured. */
    text {
        @Override
        Work create(int liveMebibytes) {
            return () -> {};
        }
    },
    /** A processor, and nothing that requests share. */
    compute {
        @Override
        Work create(int liveMebibytes) {
            return new Computation();
        }
    },
    /** The same, one request at a time: what a global interpreter lock does, or a cache that everybody synchronizes on. */
    lock {
        @Override
        Work create(int liveMebibytes) {
            Work computation = new Computation();
            Object lock = new Object();
            return () -> {
                synchronized (lock) {
                    computation.perform();
                }
            };
        }
    },
    /** The garbage collector. */
    garbage {
        @Override
        Work create(int liveMebibytes) {
            return new Garbage(liveMebibytes);
        }
    };

    /** @param liveMebibytes of objects that are kept, for work that has some */
    abstract Work create(int liveMebibytes);
}
