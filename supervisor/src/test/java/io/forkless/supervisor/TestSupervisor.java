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
    /** A system property, an ISO 8601 duration. */
    public static final String HANG_TIMEOUT = "forkless.test.hangTimeout";

    private TestSupervisor() {}

    /** Arguments: how many workers, whether to listen at all, and the workers' command. */
    public static void main(String[] arguments) throws Exception {
        SupervisorBuilder builder = Supervisor.builder()
                .workers(Integer.parseInt(arguments[0]))
                .hangTimeout(Duration.parse(System.getProperty(HANG_TIMEOUT, "PT30S")))
                .drainTimeout(Duration.ofSeconds(10))
                .command(List.of(arguments).subList(2, arguments.length));
        if (Boolean.parseBoolean(arguments[1])) {
            builder.listen(ListenSpec.tcp("127.0.0.1", 0));
        }
        try (Supervisor supervisor = builder.build()) {
            supervisor.start();
            if (!supervisor.awaitReady(Duration.ofSeconds(60))) {
                throw new IllegalStateException("not ready");
            }
            StringBuilder answer = new StringBuilder("ready");
            supervisor
                    .addresses()
                    .forEach(address -> answer.append(' ').append(((InetSocketAddress) address).getPort()));
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
