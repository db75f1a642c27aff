package io.forkless.benchmarks.harness;

/** What tables and charts call those that several experiments have in common. */
public final class Names {
    public static final String FORKLESS = "Forkless";
    public static final String PLAIN = "plain";
    public static final String REUSEPORT = "SO_REUSEPORT";
    public static final String HAPROXY = "HAProxy";
    public static final String NGINX = "nginx";

    private Names() {}
}
