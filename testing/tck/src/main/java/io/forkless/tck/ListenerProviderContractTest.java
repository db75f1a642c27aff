package io.forkless.tck;

import io.forkless.spi.ListenerProvider;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Nested;

/**
 * The contract of a listener provider. Extend it in your tests and give it your provider:
 *
 * <pre>{@code
 * class MyProviderContractTest extends ListenerProviderContractTest {
 *     @Override
 *     protected ListenerProvider provider() {
 *         return new MyProvider();
 *     }
 * }
 * }</pre>
 *
 * <p>Each test belongs to a {@link Clause}. The tests use loopback addresses only, ports that the system chooses, and
 * processes that they start with the class path of the tests and end themselves. They take about a minute, most of it
 * to wait until a supervisor's ticket has expired, and a worker's; leave out the tag {@value #PROCESSES} for a quick run.
 */
@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
public abstract class ListenerProviderContractTest {
    /** System property: for how many seconds a test waits for what should happen at once; 20 if it is not set. */
    public static final String PATIENCE = "forkless.tck.patience";

    /** The tag of the tests that start processes. */
    public static final String PROCESSES = "processes";

    /**
     * Makes the provider under test, for each test anew. It must be on the class path as a service, too: the processes
     * that the tests start find it by its name.
     */
    protected abstract ListenerProvider provider() throws Exception;

    /** The clauses that the provider cannot keep, with the reason. Their tests are skipped with it, for all to see. */
    protected Map<Clause, String> exceptions() {
        return Map.of();
    }

    /** After which time a ticket no longer works; two tests wait for it. */
    protected Duration ticketValidity() {
        return Duration.ofSeconds(20);
    }

    /** What starts a program with all that can be inherited; its documentation says when to give another one. */
    protected Class<? extends ChildStarter> childStarter() {
        return ChildStarter.OfTheJdk.class;
    }

    @Nested
    final class Provider extends ProviderTests {
        Provider() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class Tickets extends TicketTests {
        Tickets() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class TheEndOfAListener extends ListenerEndTests {
        TheEndOfAListener() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class UnixPaths extends UnixPathTests {
        UnixPaths() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class AdoptedChannel extends SharedChannelTests {
        AdoptedChannel() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class TakeOver extends TakeOverTests {
        TakeOver() {
            super(ListenerProviderContractTest.this);
        }
    }

    @Nested
    final class Processes extends WorkerProcessTests {
        Processes() {
            super(ListenerProviderContractTest.this);
        }
    }
}
