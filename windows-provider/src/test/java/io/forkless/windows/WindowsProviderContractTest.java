package io.forkless.windows;

import io.forkless.spi.ListenerProvider;
import io.forkless.tck.Clause;
import io.forkless.tck.ListenerProviderContractTest;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.WINDOWS, disabledReason = "these are calls of Windows")
class WindowsProviderContractTest extends ListenerProviderContractTest {
    private static final String NOT_TAKEN_BACK =
            "a duplicate that WSADuplicateSocketW has made cannot be taken back; it ends with its process";

    @Override
    protected ListenerProvider provider() {
        return new WindowsListenerProvider();
    }

    @Override
    protected Map<Clause, String> exceptions() {
        return Map.of(
                Clause.UNIX_PATHS,
                "Unix-domain listeners are not available on Windows",
                Clause.VOID_TICKETS,
                NOT_TAKEN_BACK,
                Clause.VOID_WORKER_TICKETS,
                NOT_TAKEN_BACK);
    }
}
