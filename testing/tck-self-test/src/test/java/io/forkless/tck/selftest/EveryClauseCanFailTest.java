package io.forkless.tck.selftest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.forkless.tck.Checks;
import io.forkless.tck.Clause;
import io.forkless.tck.ClauseReport;
import io.forkless.tck.ListenerProviderContractTest;
import java.lang.reflect.Method;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** For each clause there is a provider that breaks it, and its tests are those that fail, and no others. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the providers are made of the one for Linux")
@Tag("long")
class EveryClauseCanFailTest {
    private static final Set<Clause> SLOW = EnumSet.of(Clause.TICKET_EXPIRES, Clause.WORKER_TICKET_EXPIRES);

    /** Their tests are among those that start processes. */
    private static final Set<Clause> ABOUT_PROCESSES =
            EnumSet.of(Clause.ONE_PER_CALLER, Clause.NOT_INHERITED, Clause.ONE_QUEUE, Clause.TICKET_FOR_ONE_PROCESS);

    private String report;

    @BeforeEach
    void these_are_no_results_to_publish() {
        report = System.clearProperty(ClauseReport.DIRECTORY);
    }

    @AfterEach
    void restore() {
        NamedProviderContract.exceptions = Map.of();
        if (report != null) {
            System.setProperty(ClauseReport.DIRECTORY, report);
        }
    }

    @Test
    void a_provider_without_a_defect_passes() {
        Events tests = run("sound", exceptSlow(Set.of()), true);

        assertThat(brokenBy(tests)).isEmpty();
        assertThat(clausesOf(tests.succeeded().stream())).containsAll(EnumSet.complementOf(EnumSet.copyOf(SLOW)));
    }

    @ParameterizedTest
    @EnumSource(Clause.class)
    void a_provider_that_breaks_a_clause_fails_its_tests_and_no_others(Clause clause) {
        String name = "without-" + clause.name().toLowerCase(Locale.ROOT).replace('_', '-');

        Events tests = run(name, exceptSlow(Set.of(clause)), ABOUT_PROCESSES.contains(clause));

        assertThat(brokenBy(tests)).containsExactly(clause);
    }

    /** The mistake that is made most easily breaks several clauses at a time. */
    @Test
    void a_provider_that_shuts_the_socket_down_fails_within_one_process_and_between_several() {
        Events tests = run("shuts-down", exceptSlow(Set.of()), true);

        assertThat(tests.failed().stream().map(event -> methodOf(event).getName()))
                .contains(
                        "closing_one_of_two_copies_in_a_process_leaves_the_other_alone",
                        "a_worker_goes_on_when_another_process_closes_its_copy");
    }

    @Test
    void what_a_provider_declares_is_skipped_with_the_reason() {
        Map<Clause, String> exceptions = exceptSlow(Set.of());
        exceptions.put(Clause.QUIESCE, "the kernel cannot do it");

        Events tests = run("without-quiesce", exceptions, false);

        assertThat(brokenBy(tests)).isEmpty();
        assertThat(tests.aborted().stream().map(Event::getPayload).map(Object::toString))
                .anyMatch(payload -> payload.contains("declared exception from QUIESCE: the kernel cannot do it"));
        assertThat(clausesOf(tests.aborted().stream())).containsExactlyInAnyOrderElementsOf(exceptions.keySet());
    }

    private static Map<Clause, String> exceptSlow(Set<Clause> tried) {
        Map<Clause, String> exceptions = new EnumMap<>(Clause.class);
        SLOW.stream().filter(clause -> !tried.contains(clause)).forEach(clause -> exceptions.put(clause, "takes long"));
        return exceptions;
    }

    private static Events run(String provider, Map<Clause, String> exceptions, boolean withProcesses) {
        NamedProviderContract.name = provider;
        NamedProviderContract.exceptions = exceptions;
        EngineTestKit.Builder kit =
                EngineTestKit.engine("junit-jupiter").selectors(selectClass(NamedProviderContract.class));
        if (!withProcesses) {
            kit.filters(TagFilter.excludeTags(ListenerProviderContractTest.PROCESSES));
        }
        return kit.execute().testEvents();
    }

    private static Set<Clause> brokenBy(Events tests) {
        return clausesOf(tests.failed().stream());
    }

    private static Set<Clause> clausesOf(Stream<Event> events) {
        return events.map(event -> methodOf(event).getAnnotation(Checks.class).value())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Clause.class)));
    }

    private static Method methodOf(Event event) {
        return ((MethodSource) event.getTestDescriptor().getSource().orElseThrow()).getJavaMethod();
    }
}
