package io.forkless.posix;

import io.forkless.spi.ListenerProvider;
import io.forkless.tck.ChildStarter;
import io.forkless.tck.ListenerProviderContractTest;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "these are calls of Linux")
class PosixProviderContractTest extends ListenerProviderContractTest {
    @Override
    protected ListenerProvider provider() {
        return new PosixListenerProvider();
    }

    @Override
    protected Class<? extends ChildStarter> childStarter() {
        return ChildStarter.OfLibC.class;
    }
}
