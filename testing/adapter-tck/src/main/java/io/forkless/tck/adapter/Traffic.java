package io.forkless.tck.adapter;

/**
 * One row of the table: what a client does across a drain that begins in the middle of it.
 *
 * @param name says what is under way, or that nothing is
 */
record Traffic<C>(String name, Beginning<C> beginning) {
    /** The part before the drain. */
    interface Beginning<C> {
        /** Returns in the middle of it, with the rest of it. */
        Rest begin(C client) throws Exception;
    }

    /** The part after the drain has begun; throws whatever tells that something is lost. */
    interface Rest {
        void run(Drain drain) throws Exception;
    }
}
