package io.forkless.benchmarks.app;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A cache that is always full: each request allocates something for itself, and replaces entries at random, most of which
 * are old. So the garbage is spread over the whole old generation, which has to be marked and compacted again and again.
 */
final class Garbage implements Work {
    private static final int ENTRY_BYTES = 1000;
    private static final int ENTRIES_PER_MEBIBYTE = (1 << 20) / 1024;
    private static final int REPLACED = 256;
    private static final int ALLOCATED = 256;

    private final AtomicReferenceArray<byte[]> live;

    /** Somebody might look, so that no allocation can be left out. */
    private volatile byte[] last;

    Garbage(int liveMebibytes) {
        live = new AtomicReferenceArray<>(liveMebibytes * ENTRIES_PER_MEBIBYTE);
        for (int i = 0; i < live.length(); i++) {
            live.set(i, new byte[ENTRY_BYTES]);
        }
    }

    @Override
    public void perform() {
        for (int i = 0; i < ALLOCATED; i++) {
            last = new byte[ENTRY_BYTES];
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        for (int i = 0; i < REPLACED; i++) {
            live.set(random.nextInt(live.length()), new byte[ENTRY_BYTES]);
        }
    }
}
