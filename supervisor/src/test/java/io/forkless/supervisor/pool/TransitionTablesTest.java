package io.forkless.supervisor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.status.WorkerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of transitions are all that can happen, and the pictures in the documentation show them. */
class TransitionTablesTest {
    private static final Path DESIGN = Path.of("..", "docs", "design.md");
    private static final Path WORKER_STATE =
            Path.of("src", "main", "java", "io", "forkless", "supervisor", "status", "WorkerState.java");

    /** {@code READY, DRAINING ──kill──▶ KILLING}, also in a comment. */
    private static final Pattern ARROW = Pattern.compile("[ *]*([A-Z, ]+) ──([a-z ]+)──▶ ([A-Z]+)");

    private record Arrow(Set<String> from, String event, String to) {}

    @Test
    void the_picture_in_the_documentation_of_the_worker_state_shows_the_table() throws Exception {
        assertThat(arrows(Files.readString(WORKER_STATE))).isEqualTo(workerArrows());
    }

    @Test
    void the_picture_of_a_worker_in_the_design_shows_the_table() throws Exception {
        assertThat(arrows(pictureWith("▶ STOPPED"))).isEqualTo(workerArrows());
    }

    @Test
    void the_picture_of_a_supervisor_in_the_design_shows_the_table() throws Exception {
        assertThat(arrows(pictureWith("▶ ENDED")))
                .isEqualTo(arrows(
                        SupervisorTransition.values(),
                        SupervisorState.values(),
                        SupervisorTransition::isPossibleIn,
                        SupervisorTransition::to));
    }

    @Test
    void a_worker_does_nothing_that_is_not_in_the_table() {
        Map<WorkerState, List<WorkerTransition>> ways = new EnumMap<>(WorkerState.class);
        ways.put(WorkerState.NEW, List.of());
        for (int i = 0; i < WorkerState.values().length; i++) {
            for (WorkerState state : List.copyOf(ways.keySet())) {
                for (WorkerTransition transition : WorkerTransition.values()) {
                    List<WorkerTransition> way = new ArrayList<>(ways.get(state));
                    way.add(transition);
                    if (transition.isPossibleIn(state)) {
                        ways.putIfAbsent(transition.to(), way);
                    }
                }
            }
        }
        assertThat(ways).as("every state can be reached").containsOnlyKeys(WorkerState.values());
        ways.forEach((state, way) -> {
            for (WorkerTransition transition : WorkerTransition.values()) {
                WorkerLife life = new WorkerLife(new VirtualTimers());
                way.forEach(life::make);
                if (transition.isPossibleIn(state)) {
                    life.make(transition);
                    assertThat(life.state()).isEqualTo(transition.to());
                } else {
                    assertThatThrownBy(() -> life.make(transition))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessage("a worker is " + state + ": " + transition + " is not possible");
                    assertThat(life.state()).isEqualTo(state);
                }
            }
        });
    }

    @Test
    void a_transition_that_is_not_possible_leaves_the_timer_alone() {
        VirtualTimers timers = new VirtualTimers();
        WorkerLife life = new WorkerLife(timers);
        life.after(Duration.ofSeconds(1), () -> life.make(WorkerTransition.LAUNCH));
        assertThatThrownBy(() -> life.make(WorkerTransition.DRAIN)).isInstanceOf(IllegalStateException.class);
        timers.advance(Duration.ofSeconds(1));
        assertThat(life.state()).isEqualTo(WorkerState.STARTING);
    }

    @Test
    void a_supervisor_does_nothing_that_is_not_in_the_table() {
        SupervisorLife life = new SupervisorLife();
        for (SupervisorTransition next : SupervisorTransition.values()) {
            SupervisorState state = life.state();
            for (SupervisorTransition other : SupervisorTransition.values()) {
                if (!other.isPossibleIn(state)) {
                    assertThat(life.tryToMake(other)).isFalse();
                    assertThatThrownBy(() -> life.make(other)).isInstanceOf(IllegalStateException.class);
                    assertThat(life.state()).isEqualTo(state);
                }
            }
            life.make(next);
            assertThat(life.state()).isEqualTo(next.to());
        }
        assertThat(life.state()).isEqualTo(SupervisorState.ENDED);
    }

    private static Set<Arrow> workerArrows() {
        return arrows(
                WorkerTransition.values(), WorkerState.values(), WorkerTransition::isPossibleIn, WorkerTransition::to);
    }

    private static <T extends Enum<T>, S extends Enum<S>> Set<Arrow> arrows(
            T[] transitions, S[] states, BiPredicate<T, S> isPossibleIn, Function<T, S> to) {
        return Arrays.stream(transitions)
                .map(transition -> new Arrow(
                        Arrays.stream(states)
                                .filter(state -> isPossibleIn.test(transition, state))
                                .map(Enum::name)
                                .collect(Collectors.toSet()),
                        transition.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        to.apply(transition).name()))
                .collect(Collectors.toSet());
    }

    private static Set<Arrow> arrows(String text) {
        return text.lines()
                .map(ARROW::matcher)
                .filter(Matcher::matches)
                .map(arrow -> new Arrow(Set.of(arrow.group(1).split(", ")), arrow.group(2), arrow.group(3)))
                .collect(Collectors.toSet());
    }

    private static String pictureWith(String part) throws IOException {
        return Arrays.stream(Files.readString(DESIGN).split("```"))
                .filter(picture -> picture.contains(part))
                .findFirst()
                .orElseThrow();
    }
}
