package io.forkless.supervisor.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options that N processes cannot share, each with the one to use in its place. */
class SharedByMistakeTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=5005   | -agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=500{index}
            -agentlib:jdwp=address=*:8000,server=y,transport=dt_socket           | -agentlib:jdwp=address=*:800{index},server=y,transport=dt_socket
            -agentlib:jdwp=transport=dt_socket,address=localhost:5005            | -agentlib:jdwp=transport=dt_socket,address=localhost:500{index}
            -agentlib:jdwp=transport=dt_shmem,server=y,address=web               | -agentlib:jdwp=transport=dt_shmem,server=y,address=web{index}
            -agentlib:jdwp=transport=dt_socket,server=y,address=500{name}        | -agentlib:jdwp=transport=dt_socket,server=y,address=500{name}{index}
            -agentpath:/opt/jdk/lib/libjdwp.so=transport=dt_socket,address=5005  | -agentpath:/opt/jdk/lib/libjdwp.so=transport=dt_socket,address=500{index}
            -Xrunjdwp:transport=dt_socket,server=y,suspend=y,address=5005        | -Xrunjdwp:transport=dt_socket,server=y,suspend=y,address=500{index}
            -Dcom.sun.management.jmxremote.port=9010                             | -Dcom.sun.management.jmxremote.port=901{index}
            -Dcom.sun.management.jmxremote.rmi.port=9010                         | -Dcom.sun.management.jmxremote.rmi.port=901{index}
            -javaagent:/opt/jmx_prometheus_javaagent.jar=9404:config.yaml        | -javaagent:/opt/jmx_prometheus_javaagent.jar=940{index}:config.yaml
            -javaagent:/opt/jmx_prometheus_javaagent.jar=0.0.0.0:9404:c.yaml     | -javaagent:/opt/jmx_prometheus_javaagent.jar=0.0.0.0:940{index}:c.yaml
            -javaagent:jolokia.jar=host=0.0.0.0,port=8778                        | -javaagent:jolokia.jar=host=0.0.0.0,port=877{index}
            -agentpath:/opt/libyjpagent.so=port=10001,listen=all                 | -agentpath:/opt/libyjpagent.so=port=1000{index},listen=all
            -Xlog:gc:file=gc.log                                                 | -Xlog:gc:file=gc-{index}.log
            -Xlog:gc:gc.log                                                      | -Xlog:gc:gc-{index}.log
            -Xlog:gc*,safepoint:file=/var/log/gc:time,uptime:filecount=5         | -Xlog:gc*,safepoint:file=/var/log/gc-{index}:time,uptime:filecount=5
            -Xlog:gc:file=C:\\logs\\gc.log:time                                  | -Xlog:gc:file=C:\\logs\\gc-{index}.log:time
            -Xlog:gc:file="my gc.log"                                            | -Xlog:gc:file="my gc-{index}.log"
            -Xlog:gc:file=gc-%t.log                                              | -Xlog:gc:file=gc-%t-{index}.log
            -Xloggc:gc.log                                                       | -Xloggc:gc-{index}.log
            -XX:HeapDumpPath=dump.hprof                                          | -XX:HeapDumpPath=dump-{index}.hprof
            -XX:StartFlightRecording=duration=60s,filename=a.b/rec.jfr           | -XX:StartFlightRecording=duration=60s,filename=a.b/rec-{index}.jfr
            -XX:StartFlightRecording:filename=rec                                | -XX:StartFlightRecording:filename=rec-{index}
            -XX:ErrorFile=hs_err.log                                             | -XX:ErrorFile=hs_err-{index}.log
            -XX:ArchiveClassesAtExit=app.jsa                                     | -XX:ArchiveClassesAtExit=app-{index}.jsa
            """)
    void is_advised_against_with_the_option_to_use(String option, String better) {
        assertThat(SharedByMistake.is(option)).isTrue();
        assertThat(advice(option)).singleElement().satisfies(advice -> {
            assertThat(advice.what()).startsWith("COMMAND has '" + option + "': ");
            assertThat(advice.remedy()).isEqualTo("write '" + better + "'");
        });
        assertThat(advice(better)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:0",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n",
                "-agentlib:jdwp=transport=dt_socket,server=y,address=500$FORKLESS_WORKER_INDEX",
                "-Dcom.sun.management.jmxremote.port=0",
                "-Dcom.sun.management.jmxremote.authenticate=false",
                "-javaagent:opentelemetry.jar",
                "-javaagent:agent.jar=level=5",
                "-Xlog:gc",
                "-Xlog:gc*:stdout",
                "-Xlog:all=warning:stderr:uptime",
                "-Xlog:gc:file=gc-%p.log",
                "-Xlog:gc:file=/dev/stderr",
                "-Xlog:disable",
                "-Xlog:async",
                "-Xloggc:/dev/stdout",
                "-XX:HeapDumpPath=dumps/",
                "-XX:HeapDumpPath=.",
                "-XX:StartFlightRecording=duration=60s",
                "-XX:FlightRecorderOptions=repository=jfr",
                "-XX:OnOutOfMemoryError=kill -9 %p",
                "-XX:SharedArchiveFile=app.jsa",
                "-Xmx1g",
                "-Dport=5005"
            })
    void others_are_left_alone(String option) {
        assertThat(SharedByMistake.is(option)).isFalse();
        assertThat(advice(option)).isEmpty();
    }

    @Test
    void the_pid_of_the_jvm_counts_from_the_release_on_that_puts_it_in() {
        int release = Runtime.version().feature();
        assertThat(SharedByMistake.is("-XX:HeapDumpPath=java_pid%p.hprof")).isEqualTo(release < 25);
        assertThat(SharedByMistake.is("-XX:StartFlightRecording=filename=%p.jfr"))
                .isEqualTo(release < 18);
        assertThat(SharedByMistake.is("-XX:ErrorFile=crash-%p.log")).isFalse();
        assertThat(SharedByMistake.is("-XX:ArchiveClassesAtExit=%p.jsa")).isTrue();
    }

    @Test
    void a_directory_is_for_any_number_of_dumps(@TempDir Path directory) {
        assertThat(advice("-XX:HeapDumpPath=" + directory)).isEmpty();
    }

    @Test
    void what_is_inherited_is_to_be_given_for_the_workers() {
        String value = "-Xmx1g -Xlog:gc:file=gc.log";
        Origin inherited = new Origin("JAVA_TOOL_OPTIONS", value, true, Path.of(""));
        assertThat(SharedByMistake.in(
                        List.of(new JvmOption("-Xlog:gc:file=gc.log", null, inherited, false)), Path.of("")))
                .extracting(Advice::toString)
                .containsExactly(
                        "JAVA_TOOL_OPTIONS has '-Xlog:gc:file=gc.log': each process renames, as it starts, the file that"
                                + " another one writes; use --worker-env 'JAVA_TOOL_OPTIONS=-Xmx1g -Xlog:gc:file=gc-{index}.log'");
    }

    private static List<Advice> advice(String option) {
        return SharedByMistake.in(List.of(new JvmOption(option, null, Origin.COMMAND, false)), Path.of(""));
    }
}
