package io.forkless.tck.selftest;

import io.forkless.spi.ListenerProvider;
import io.forkless.spi.ListenerProviders;
import io.forkless.tck.ChildStarter;
import io.forkless.tck.Clause;
import io.forkless.tck.ListenerProviderContractTest;
import java.io.IOException;
import java.util.Map;

/** What an implementer writes, for whichever provider the self-test names. It is meant to fail, so its name keeps Maven from running it. */
final class NamedProviderContract extends ListenerProviderContractTest {
    static String name;
    static Map<Clause, String> exceptions = Map.of();

    @Override
    protected ListenerProvider provider() throws IOException {
        return ListenerProviders.named(name);
    }

    @Override
    protected Map<Clause, String> exceptions() {
        return exceptions;
    }

    @Override
    protected Class<? extends ChildStarter> childStarter() {
        return ChildStarter.OfLibC.class;
    }
}
