package io.forkless.examples.reuseport;

import io.forkless.spi.ListenerProvider;
import io.forkless.tck.ChildStarter;
import io.forkless.tck.Clause;
import io.forkless.tck.ListenerProviderContractTest;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "these are calls of Linux")
@Tag("long")
class ReusePortContractTest extends ListenerProviderContractTest {
    @Override
    protected ListenerProvider provider() {
        return new ReusePortProvider();
    }

    @Override
    protected Map<Clause, String> exceptions() {
        return Map.of(
                Clause.ONE_QUEUE,
                "each worker has a queue of its own: what is in it waits for that worker or its replacement",
                Clause.UNIX_PATHS,
                "SO_REUSEPORT groups are for internet addresses",
                Clause.IPV6_ONLY,
                "the JDK's channels cannot be limited to IPv6");
    }

    @Override
    protected Class<? extends ChildStarter> childStarter() {
        return ChildStarter.OfLibC.class;
    }
}
