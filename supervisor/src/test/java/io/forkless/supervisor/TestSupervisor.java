package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A supervisor as a program, for tests that kill it or take its descriptors away. It tells its port and its workers'
 * pids as soon as they are ready, restarts them for each line of its standard input, and stops when that ends.
 */
public final class TestSupervisor {
    // System properties; durations are those of ISO 8601.
    public static final String HANG_TIMEOUT = "forkless.test.hangTimeout";

    public static final String BOOT_TIMEOUT = "forkless.test.bootTimeout";
    public static final String DRAIN_TIMEOUT = "forkless.test.drainTimeout";
    public static final String NAME = "forkless.test.name";
    public static final String ORPHAN_TIMEOUT = "forkless.test.orphanTimeout";

    /** Whether it takes over from the supervisor of that name. */
    public static final String TAKE_OVER = "forkless.test.takeOver";

    /** Addresses that are separated by spaces, in place of a port of the system's choice. */
    public static final String LISTEN = "forkless.test.listen";

    /** How many connections a worker serves before it is replaced; 0 for any number. */
    public static final String MAX_CONNECTIONS = "forkless.test.maxConnections";

    private TestSupervisor() {}

    /** Arguments: how many workers, whether to listen at all, and the workers' command. */
    public static void main(String[] arguments) throws Exception {
        SupervisorBuilder builder = Supervisor.builder()
                .workers(Integer.parseInt(arguments[0]))
                .hangTimeout(Duration.parse(System.getProperty(HANG_TIMEOUT, "PT30S")))
                .bootTimeout(Duration.parse(System.getProperty(BOOT_TIMEOUT, "PT60S")))
                .drainTimeout(Duration.parse(System.getProperty(DRAIN_TIMEOUT, "PT10S")))
                .recycle(Duration.ZERO, Long.getLong(MAX_CONNECTIONS, 0), 0)
                .command(List.of(arguments).subList(2, arguments.length));
        if (System.getProperty(NAME) != null) {
            builder.name(System.getProperty(NAME));
        }
        if (System.getProperty(ORPHAN_TIMEOUT) != null) {
            builder.orphanTimeout(Duration.parse(System.getProperty(ORPHAN_TIMEOUT)));
        }
        if (Boolean.getBoolean(TAKE_OVER)) {
            builder.takeOver();
        }
        if (Boolean.parseBoolean(arguments[1])) {
            for (String address : System.getProperty(LISTEN, "127.0.0.1:0").split(" ")) {
                builder.listen(ListenSpec.parse(address));
            }
        }
        try (Supervisor supervisor = builder.build()) {
            supervisor.start();
            if (!supervisor.awaitReady(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not ready");
            }
            StringBuilder answer = new StringBuilder("ready");
            supervisor
                    .addresses()
                    .forEach(address ->
                            answer.append(' ').append(address instanceof InetSocketAddress inet ? inet.getPort() : 0));
            supervisor.workers().forEach(worker -> answer.append(' ').append(worker.pid()));
            System.out.println(answer);
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            while (orders.readLine() != null) { // there is but one
                supervisor.restart().get(60, TimeUnit.SECONDS);
                System.out.println("restarted");
            }
        }
        System.out.println("stopped");
    }
}
