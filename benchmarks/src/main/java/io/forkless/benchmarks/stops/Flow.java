package io.forkless.benchmarks.stops;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** One kind of traffic over one kind of connection: what one client does. */
record Flow(Kind kind, boolean tls) {
    static final List<Flow> ALL = Arrays.stream(Kind.values())
            .flatMap(kind -> Stream.of(new Flow(kind, false), new Flow(kind, true)))
            .toList();

    @Override
    public String toString() {
        return kind.label + (tls ? ", TLS" : "");
    }
}
