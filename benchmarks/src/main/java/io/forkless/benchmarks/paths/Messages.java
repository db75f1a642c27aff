package io.forkless.benchmarks.paths;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.Ticket;
import java.net.ProtocolException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The control channel's lines: a heartbeat is sent every second, a ticket once for each start of a worker. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Messages {
    private static final int PAYLOAD_BYTES = 96;
    private static final Map<String, ControlMessage> EXAMPLES = Map.of(
            "heartbeat", new Heartbeat(123_456, 789, 123_456_789),
            "ticket", new Granted(1, new Ticket("posix", new byte[PAYLOAD_BYTES])));

    @Param({"heartbeat", "ticket"})
    public String kind;

    private ControlMessage message;
    private String line;

    @Setup
    public void choose() {
        message = EXAMPLES.get(kind);
        line = message.encode();
    }

    @Benchmark
    public byte[] format() {
        return message.toBytes();
    }

    @Benchmark
    public ControlMessage parse() throws ProtocolException {
        return ControlMessage.parse(line);
    }
}
