package io.forkless.supervisor;

import io.forkless.spi.ListenSpec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A supervisor as a program, for tests that kill it or take its descriptors away. It tells its port and its workers'
 * pids as soon as they are ready, and stops when its standard input ends.
 */
final class TestSupervisor {
    private TestSupervisor() {}

    /** Arguments: how many workers, whether to listen at all, and the workers' command. */
    public static void main(String[] arguments) throws Exception {
        SupervisorBuilder builder = Supervisor.builder()
                .workers(Integer.parseInt(arguments[0]))
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
            while (System.in.read() >= 0) {
                // until the end
            }
        }
        System.out.println("stopped");
    }
}
