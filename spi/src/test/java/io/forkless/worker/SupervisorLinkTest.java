package io.forkless.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.Ticket;
import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Within this process; what becomes of a whole worker is the matter of {@link WorkerTest}. */
class SupervisorLinkTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final ListenSpec SPEC = ListenSpec.parse("127.0.0.1:8080");

    private TestSupervisor supervisor;

    @BeforeEach
    void start() throws IOException {
        supervisor = new TestSupervisor();
    }

    @AfterEach
    void stop() throws IOException {
        supervisor.close();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("forkless-supervisor-link", "test-supervisor"));
    }

    @Test
    void a_worker_introduces_itself_and_learns_how_long_it_may_drain() throws Exception {
        FutureTask<SupervisorLink> opening = opening(LONG);

        assertThat(supervisor.nextLine())
                .isEqualTo("hello 1 " + TestSupervisor.TOKEN + " "
                        + ProcessHandle.current().pid());
        supervisor.send("welcome 1234 1000");

        assertThat(opened(opening).drainTimeout()).isEqualTo(Duration.ofMillis(1234));
    }

    @Test
    void a_worker_that_is_refused_is_told_why_and_its_connection_is_closed() throws Exception {
        FutureTask<SupervisorLink> opening = opening(LONG);
        supervisor.nextLine();
        supervisor.send("refused 0 the token is stale");

        assertFails(opening, "the token is stale");
        assertThat(supervisor.nextLine()).isEqualTo(TestSupervisor.END);
    }

    @Test
    void a_supervisor_that_says_nothing_is_given_up_after_the_time_out() throws Exception {
        FutureTask<SupervisorLink> opening = opening(Duration.ofMillis(200));
        supervisor.nextLine();

        assertFails(opening, "hello: no answer from the supervisor within 200 ms");
        assertThat(supervisor.nextLine()).isEqualTo(TestSupervisor.END);
    }

    @Test
    void a_supervisor_that_dies_before_it_answers_is_reported() throws Exception {
        FutureTask<SupervisorLink> opening = opening(LONG);
        supervisor.nextLine();
        supervisor.die();

        assertFails(opening, "hello: the supervisor closed the control channel");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready", "bye", "ticket 0 posix:AAAA"})
    void an_answer_to_another_question_is_an_error_and_no_welcome(String answer) throws Exception {
        FutureTask<SupervisorLink> opening = opening(LONG);
        supervisor.nextLine();
        supervisor.send(answer);

        assertFails(opening, "hello: the supervisor gave the answer to another question");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request", "welcome soon"})
    void a_peer_that_does_not_speak_the_protocol_is_reported(String answer) throws Exception {
        FutureTask<SupervisorLink> opening = opening(LONG);
        supervisor.nextLine();
        supervisor.send(answer);

        assertFails(opening, "hello: the supervisor closed the control channel");
    }

    @Test
    void nobody_listening_is_reported() throws Exception {
        supervisor.die();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> SupervisorLink.open(supervisor.bootstrap(), LONG))
                .withMessageContaining("Connection refused");
    }

    @Test
    void answers_reach_whoever_asked_in_any_order() throws Exception {
        SupervisorLink link = open(LONG);
        FutureTask<Ticket> first = start(() -> link.requestTicket(SPEC));
        assertThat(supervisor.nextLine()).isEqualTo("listen 1 1024 false 127.0.0.1:8080");
        FutureTask<Ticket> second = start(() -> link.requestTicket(SPEC.withBacklog(7)));
        assertThat(supervisor.nextLine()).isEqualTo("listen 2 7 false 127.0.0.1:8080");

        supervisor.send("ticket 99 posix:CCCC"); // nobody's
        supervisor.send("ticket 2 posix:BBBB");
        supervisor.send("ticket 1 posix:AAAA");

        assertThat(first.get(60, TimeUnit.SECONDS).encode()).isEqualTo("posix:AAAA");
        assertThat(second.get(60, TimeUnit.SECONDS).encode()).isEqualTo("posix:BBBB");
    }

    @Test
    void a_refused_listener_is_reported_with_the_reason_and_the_next_request_is_free() throws Exception {
        SupervisorLink link = open(LONG);
        FutureTask<Ticket> refused = start(() -> link.requestTicket(SPEC));
        supervisor.nextLine();
        supervisor.send("refused 1 listen 127.0.0.1:8080: bind: EADDRINUSE (98)");
        assertFails(refused, "listen 127.0.0.1:8080: bind: EADDRINUSE (98)");

        FutureTask<Ticket> next = start(() -> link.requestTicket(SPEC));
        supervisor.nextLine();
        supervisor.send("ticket 2 posix:AAAA");
        assertThat(next.get(60, TimeUnit.SECONDS).provider()).isEqualTo("posix");
    }

    @Test
    void a_listener_that_is_not_answered_for_is_given_up_after_the_time_out() throws Exception {
        SupervisorLink link = open(Duration.ofSeconds(2));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> link.requestTicket(SPEC))
                .withMessage("listen 127.0.0.1:8080: no answer from the supervisor within 2000 ms");
    }

    @Test
    void a_request_that_is_waiting_when_the_supervisor_dies_fails_at_once_and_so_does_the_next() throws Exception {
        SupervisorLink link = open(LONG);
        FutureTask<Ticket> waiting = start(() -> link.requestTicket(SPEC));
        supervisor.nextLine();

        supervisor.die();

        assertFails(waiting, "listen 127.0.0.1:8080: the supervisor closed the control channel");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> link.requestTicket(SPEC));
    }

    @Test
    void a_request_after_the_supervisor_has_spoken_nonsense_fails_and_does_not_wait() throws Exception {
        SupervisorLink link = open(LONG);
        RecordedEvents events = new RecordedEvents();
        link.deliverTo(events);
        supervisor.send("nonsense");
        await().untilAsserted(() -> assertThat(events.log).containsExactly("lost"));

        assertThat(start(() -> link.requestTicket(SPEC))).failsWithin(20, TimeUnit.SECONDS);
    }

    @Test
    void an_interrupted_thread_may_send_and_the_link_lives_on() throws Exception {
        SupervisorLink link = open(LONG);
        FutureTask<Boolean> interruptedStill = start(() -> {
            Thread.currentThread().interrupt();
            link.send(new Ready());
            return Thread.currentThread().isInterrupted();
        });

        assertThat(supervisor.nextLine()).isEqualTo("ready");
        assertThat(interruptedStill.get(60, TimeUnit.SECONDS)).isTrue();
        link.send(new Ready());
        assertThat(supervisor.nextLine()).isEqualTo("ready");
    }

    @Test
    void an_interrupt_ends_the_wait_for_an_answer_and_not_the_link() throws Exception {
        SupervisorLink link = open(LONG);
        FutureTask<Ticket> waiting = new FutureTask<>(() -> link.requestTicket(SPEC));
        Thread thread = new Thread(waiting, "test-caller");
        thread.start();
        supervisor.nextLine(); // now it waits, or is still about to end its write

        thread.interrupt();

        assertFails(waiting, "listen 127.0.0.1:8080: interrupted while waiting for the supervisor");
        link.send(new Ready());
        assertThat(supervisor.nextLine()).isEqualTo("ready");
    }

    @Test
    void events_that_came_before_the_receiver_was_named_are_delivered() throws Exception {
        SupervisorLink link = open(LONG);
        supervisor.send("drain");
        FutureTask<Ticket> request = start(() -> link.requestTicket(SPEC));
        supervisor.nextLine();
        supervisor.send("refused 1 no"); // so that the line before has been read
        assertFails(request, "no");
        RecordedEvents events = new RecordedEvents();

        link.deliverTo(events);
        assertThat(events.log).containsExactly("drain");

        supervisor.closeConnection();
        await().untilAsserted(() -> assertThat(events.log).containsExactly("drain", "lost"));
    }

    @Test
    void what_a_supervisor_that_takes_over_says_is_delivered() throws Exception {
        SupervisorLink link = open(LONG);
        RecordedEvents events = new RecordedEvents();
        link.deliverTo(events);

        supervisor.send("hand-over 7");
        supervisor.send("adopted");

        await().untilAsserted(() -> assertThat(events.log).containsExactly("hand over 7", "adopted"));
    }

    @Test
    void one_that_is_refused_by_another_supervisor_can_tell_that_from_a_loss() throws Exception {
        FutureTask<SupervisorLink> calling = start(() -> SupervisorLink.open(
                supervisor.bootstrap().address(), link -> link.sendUninterrupted(new Ready()), LONG));
        assertThat(supervisor.nextLine()).isEqualTo("ready");
        supervisor.send("refused 0 the token is foreign");

        assertThat(calling)
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(SupervisorLink.RefusedException.class)
                .withMessage("the token is foreign");
    }

    private SupervisorLink open(Duration answerTimeout) throws Exception {
        FutureTask<SupervisorLink> opening = opening(answerTimeout);
        supervisor.welcome(1000);
        return opened(opening);
    }

    private FutureTask<SupervisorLink> opening(Duration answerTimeout) {
        return start(() -> SupervisorLink.open(supervisor.bootstrap(), answerTimeout));
    }

    private static SupervisorLink opened(FutureTask<SupervisorLink> opening) throws Exception {
        return opening.get(60, TimeUnit.SECONDS);
    }

    private static <T> FutureTask<T> start(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        new Thread(task, "test-caller").start();
        return task;
    }

    private static void assertFails(FutureTask<?> task, String message) {
        assertThat(task)
                .failsWithin(60, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IOException.class)
                .withMessage(message);
    }

    private static final class RecordedEvents implements SupervisorLink.Events {
        private final List<String> log = new CopyOnWriteArrayList<>();

        @Override
        public void drainRequested() {
            log.add("drain");
        }

        @Override
        public void threadDumpRequested() {
            log.add("dump");
        }

        @Override
        public void handOverRequested(long id) {
            log.add("hand over " + id);
        }

        @Override
        public void adopted(boolean readsOutput) {
            log.add("adopted");
        }

        @Override
        public void outputToReopen() {
            log.add("reopen");
        }

        @Override
        public void supervisorLost() {
            log.add("lost");
        }
    }
}
