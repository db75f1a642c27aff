package io.forkless.supervisor.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutputPumpTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ByteArrayOutputStream sink = new ByteArrayOutputStream();

    @Test
    void each_line_has_the_index_of_its_worker_in_front() {
        pump(3, "one\n\ntwo\n");
        assertThat(output()).isEqualTo("[3] one\n[3] \n[3] two\n");
    }

    @Test
    void a_last_line_without_line_feed_gets_one() {
        pump(0, "one\ntwo");
        assertThat(output()).isEqualTo("[0] one\n[0] two\n");
    }

    @Test
    void nothing_makes_nothing() {
        pump(0, "");
        assertThat(output()).isEmpty();
    }

    @Test
    void bytes_pass_as_they_are() {
        byte[] bytes = {(byte) 0xff, 0, '\r', (byte) 0xc3, (byte) 0xa4, '\n'};
        pump(0, new ByteArrayInputStream(bytes), sink);
        assertThat(sink.toByteArray()).endsWith(bytes).hasSize("[0] ".length() + bytes.length);
    }

    @Test
    void a_line_shows_as_soon_as_it_ends() throws Exception {
        try (PipedOutputStream worker = new PipedOutputStream();
                PipedInputStream pipe = new PipedInputStream(worker)) {
            OutputPump.start("forkless-pump-test", "[0] ", pipe, sink);
            worker.write("one\ntw".getBytes(StandardCharsets.UTF_8));
            worker.flush();
            await().atMost(LIMIT).until(() -> output().equals("[0] one\n"));
        }
        await().atMost(LIMIT).until(() -> output().equals("[0] one\n[0] tw\n"));
    }

    @Test
    void lines_of_several_workers_do_not_mix() {
        int lines = 2000;
        OutputStream byteByByte = new OutputStream() {
            @Override
            public void write(int b) {
                sink.write(b);
            }
        };
        for (int i = 0; i < 4; i++) {
            OutputPump.start(
                    "forkless-pump-test",
                    "[" + i + "] ",
                    text(("w" + i).repeat(100).concat("\n").repeat(lines)),
                    byteByByte);
        }
        await().atMost(LIMIT).until(() -> output().lines().count() == 4 * lines);
        List<String> whole = List.of(
                "[0] " + "w0".repeat(100),
                "[1] " + "w1".repeat(100),
                "[2] " + "w2".repeat(100),
                "[3] " + "w3".repeat(100));
        assertThat(output().lines()).allMatch(whole::contains);
    }

    @Test
    void a_sink_that_fails_does_not_stop_the_worker() {
        assertDrainedInto(() -> {
            throw new IOException("disk full");
        });
        assertDrainedInto(() -> {
            throw new UncheckedIOException(new IOException("disk full"));
        });
    }

    @Test
    void a_worker_that_never_ends_its_line_costs_no_memory() {
        long megabytes = 200;
        LongLineMemory memory = new LongLineMemory(4 << 20);
        AtomicLong written = new AtomicLong();
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int b) {
                written.incrementAndGet();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                written.addAndGet(length);
            }
        };
        InputStream endless = new InputStream() {
            private long left = megabytes << 20;

            @Override
            public int read() {
                return left-- > 0 ? 'x' : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                int count = (int) Math.min(length, left);
                Arrays.fill(bytes, offset, offset + count, (byte) 'x');
                left -= count;
                return count == 0 ? -1 : count;
            }
        };
        Thread pump = OutputPump.start("forkless-pump-test", "", endless, counting, memory, () -> false);
        await().atMost(LIMIT).until(() -> !pump.isAlive());
        assertThat(written).hasValue((megabytes << 20) + megabytes);
        assertThat(memory.take(4 << 20)).as("all is given back").isTrue();
    }

    private interface Failure {
        void fail() throws IOException;
    }

    private static void assertDrainedInto(Failure failure) {
        InputStream worker = text("line\n".repeat(10_000));
        pump(0, worker, new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                failure.fail();
            }
        });
        await().atMost(LIMIT).until(() -> worker.available() == 0);
    }

    private void pump(int index, String text) {
        pump(index, text(text), sink);
    }

    /** Returns when the pump's thread has ended. */
    private static void pump(int index, InputStream from, OutputStream to) {
        String name = "forkless-pump-test-" + index;
        OutputPump.start(name, "[" + index + "] ", from, to);
        await().atMost(LIMIT)
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals(name)));
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private String output() {
        return sink.toString(StandardCharsets.UTF_8);
    }
}
