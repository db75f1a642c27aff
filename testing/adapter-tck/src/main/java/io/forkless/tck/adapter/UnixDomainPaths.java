package io.forkless.tck.adapter;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Paths for listeners of tests: short, since about 100 bytes are all that a system takes (unix(7)). */
public final class UnixDomainPaths {
    private UnixDomainPaths() {}

    /** One that nobody uses; whoever listens there removes it. */
    public static Path next() {
        String name = "t" + Integer.toHexString(ThreadLocalRandom.current().nextInt()) + ".sock";
        return Path.of(System.getProperty("java.io.tmpdir"), name);
    }
}
