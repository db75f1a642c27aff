package io.forkless.benchmarks.paths;

import io.forkless.benchmarks.harness.Bench;
import io.forkless.benchmarks.service.ProcessService;
import io.forkless.benchmarks.service.Services;
import io.forkless.benchmarks.service.Wrk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a worker under load is found, from samples of JDK Flight Recorder.
 *
 * @param java samples of threads that ran Java code
 * @param nativeCode samples of threads in native code of the JDK or of JNA, most of them waiting
 */
record Profile(Samples java, Samples nativeCode) {
    private static final String OURS = "io.forkless.";
    private static final String BENCHMARKS = "io.forkless.benchmarks.";
    private static final String JNA = "com.sun.jna.";
    private static final int CONNECTIONS = 32;
    private static final int WARM_UP_SECONDS = 2;
    private static final int SECONDS = 8;

    /** Of a Jetty worker that accepts a connection for each request. */
    static Profile of(Bench bench) throws IOException, InterruptedException {
        Services services = new Services(bench);
        Path recording = bench.temporary().resolve("profile.jfr");
        List<String> jvm = List.of("-XX:StartFlightRecording=settings=profile,filename=" + recording);
        Instant warm;
        Instant end;
        try (ProcessService worker = services.forkless(1, services.app(Services.java(), jvm))) {
            Wrk.load(worker.port(), CONNECTIONS, true, Duration.ofSeconds(WARM_UP_SECONDS));
            warm = Instant.now();
            Wrk.load(worker.port(), CONNECTIONS, true, Duration.ofSeconds(SECONDS));
            end = Instant.now();
        } // a worker that ends writes its recording
        return read(recording, warm, end);
    }

    /** What came before is start-up, which has native calls of ours, and what comes after is the drain. */
    private static Profile read(Path recording, Instant from, Instant to) throws IOException {
        Samples java = new Samples();
        Samples nativeCode = new Samples();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                boolean underLoad = event.getStartTime().isAfter(from)
                        && event.getStartTime().isBefore(to);
                if (underLoad && event.getStackTrace() != null) {
                    switch (event.getEventType().getName()) {
                        case "jdk.ExecutionSample" -> java.add(event);
                        case "jdk.NativeMethodSample" -> nativeCode.add(event);
                        default -> {
                            // of something else
                        }
                    }
                }
            }
        }
        return new Profile(java, nativeCode);
    }

    String describe() {
        return String.format(
                Locale.ROOT,
                "Of %d samples of running Java code, %d (%.1f %%) were in a method of Forkless itself, and %d (%.1f %%) in"
                        + " one or in what it had called, Jetty's accept included. Of these and of %d samples in native code,"
                        + " %d had a frame of JNA.",
                java.count,
                java.inOurs,
                100.0 * java.inOurs / java.count,
                java.belowOurs,
                100.0 * java.belowOurs / java.count,
                nativeCode.count,
                java.inJna + nativeCode.inJna);
    }

    /** How many, and where. */
    static final class Samples {
        private int count;
        private int inOurs;
        private int belowOurs;
        private int inJna;

        private void add(RecordedEvent event) {
            List<String> types = event.getStackTrace().getFrames().stream()
                    .map(Samples::typeOf)
                    .toList();
            add(types);
        }

        /** @param types whose methods were on the stack, the innermost first */
        void add(List<String> types) {
            count++;
            inOurs += !types.isEmpty() && isOurs(types.get(0)) ? 1 : 0;
            belowOurs += types.stream().anyMatch(Samples::isOurs) ? 1 : 0;
            inJna += types.stream().anyMatch(type -> type.startsWith(JNA)) ? 1 : 0;
        }

        private static String typeOf(RecordedFrame frame) {
            return frame.getMethod().getType().getName();
        }

        private static boolean isOurs(String type) {
            return type.startsWith(OURS) && !type.startsWith(BENCHMARKS);
        }
    }
}
