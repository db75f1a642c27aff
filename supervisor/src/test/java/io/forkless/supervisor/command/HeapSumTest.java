package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapSumTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    /** As -XX:+PrintFlagsFinal of JDK 17 and 25 says, which rounds up to its own units. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "-Da=b, 100, 50",
        "-Da=b, 240, 120",
        "-Da=b, 256, 125",
        "-Da=b, 400, 125",
        "-Da=b, 600, 150",
        "-Da=b, 1024, 256",
        "-Da=b, 300000, 32768", // there is a MaxRAM of 128 GiB
        "-Xmx700k, 1024, 1",
        "-Xmx300m, 1024, 300",
        "-Xmx1G, 1024, 1024",
        "-Xmx1073741824, 1024, 1024",
        "-XX:MaxHeapSize=2g, 1024, 2048",
        "-Xmx1g -Xmx2m, 1024, 2",
        "-XX:MaxRAMPercentage=50, 1024, 512",
        "-XX:MaxRAMPercentage=75.0, 1024, 768",
        "-XX:MaxRAMPercentage=5, 1024, 125",
        "-XX:MaxRAMPercentage=80, 200, 100",
        "-XX:MinRAMPercentage=80, 100, 80",
        "-XX:MaxRAM=1g, 8192, 256",
    })
    void the_heap_of_a_jvm_is_known(String options, long memoryMib, long heapMib) {
        long heap = HeapSum.heap(List.of(options.split(" ")), memoryMib * MIB);
        assertThat(heap).isBetween((heapMib - 1) * MIB, heapMib * MIB);
    }

    @Test
    void the_sum_of_the_heaps_is_told_with_what_to_do() {
        assertThat(check(4, "", GIB))
                .isEqualTo(
                        "4 workers with a heap of 256 MiB each (a quarter of 1 GiB) may need 1 GiB, and there is 1 GiB for"
                                + " everything; give COMMAND -Xmx153m, or use --worker-env"
                                + " JAVA_TOOL_OPTIONS=-XX:MaxRAMPercentage=15");
        assertThat(check(4, "-Xmx600m", 2 * GIB))
                .startsWith(
                        "4 workers with a heap of 600 MiB each may need 2.3 GiB, and there is 2 GiB for everything;");
    }

    /** A JVM takes about 125 MiB of 250 MiB and more, whatever percentage it is told. */
    @Test
    void no_percentage_is_advised_that_has_no_effect() {
        assertThat(check(4, "", 400 * MIB))
                .startsWith("4 workers with a heap of 125 MiB each (the JVM's default) may need 499 MiB")
                .endsWith("; give COMMAND -Xmx60m, or use --worker-env JAVA_TOOL_OPTIONS=-Xmx60m");
        assertThat(check(64, "", 1024 * GIB)).endsWith("-Xmx9830m");
    }

    @ParameterizedTest
    @CsvSource({"1, -Da=b", "3, -Da=b", "4, -Xmx192m", "7, -Xmx100m", "8, -XX:MaxRAMPercentage=2 -Xmx64m"})
    void three_quarters_of_the_memory_are_fine(int workers, String options) {
        assertThat(check(workers, options, GIB)).isEmpty();
    }

    @Test
    void a_memory_that_is_not_known_is_no_reason() {
        assertThat(check(1000, "", 0)).isEmpty();
    }

    private static String check(int workers, String options, long memory) {
        return HeapSum.check(workers, List.of(options.split(" ")), memory)
                .map(Advice::toString)
                .orElse("");
    }
}
