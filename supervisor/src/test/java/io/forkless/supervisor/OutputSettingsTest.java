package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.supervisor.output.WorkerOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutputSettingsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path temporary;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            "[{index}] "      | "[3] one\n[3] two\n"
            ""                | "one\ntwo\n"
            "{name}/{index}: "| "web/3: one\nweb/3: two\n"
            "{{index}} "      | "{index} one\n{index} two\n"
            "{pid} 100% $1 "  | "{pid} 100% $1 one\n{pid} 100% $1 two\n"
            """)
    void each_line_on_a_stream_has_the_prefix(String prefix, String expected) throws Exception {
        print(streams().outputPrefix(prefix), "one\ntwo\n");
        awaitOutput(expected);
    }

    @Test
    void the_prefix_is_the_index_unless_set() throws Exception {
        print(streams(), "one\n");
        awaitOutput("[3] one\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "\r"})
    void a_prefix_of_several_lines_is_refused(String prefix) {
        assertThatThrownBy(() -> streams().outputPrefix(prefix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log prefix: it has a line break");
    }

    @ParameterizedTest
    @CsvSource({
        "worker-{index}.log,worker-3.log",
        "{name}-{index},web-3",
        "{{index}}.{index}.{other},{index}.3.{other}",
        "{index},3"
    })
    void a_file_is_named_as_its_template_says(String template, String name) throws Exception {
        print(files(temporary).logFile(template), "one\n");
        Awaitility.await().atMost(LIMIT).until(() -> Files.exists(temporary.resolve(name)));
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(temporary.resolve(name)).hasContent("one\n"));
    }

    @Test
    void lines_in_files_have_a_prefix_if_it_is_set() throws Exception {
        print(files(temporary).outputPrefix("{name}: "), "one\n");
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(
                        () -> assertThat(temporary.resolve("worker-3.log")).hasContent("web: one\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/{index}", "/{index}", "{index}/", "../{index}", "{index}\0"})
    void what_is_not_the_name_of_a_file_is_refused(String template) {
        assertThatThrownBy(() -> files(temporary).logFile(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log file: '" + template + "' is not a file's name without a directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker.log", "{name}.log", "{{index}}.log", "{INDEX}.log"})
    void a_file_name_without_the_index_is_refused(String template) {
        assertThatThrownBy(() -> files(temporary).logFile(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log file: '" + template
                        + "' has no {index} in it, so that all workers would have the same file");
    }

    @Test
    void the_directory_may_have_the_name_in_it() throws Exception {
        print(files(temporary.resolve("{name}/{{name}}")), "one\n");
        assertThat(temporary.resolve("web/{name}")).isDirectory();
        assertThat(files(temporary.resolve("{name}")).build().toString())
                .contains("logs:     " + temporary.resolve("web/worker-{index}.log"));
    }

    @Test
    void a_directory_with_the_name_in_it_needs_one() {
        Path directory = temporary.resolve("{name}");
        assertThatThrownBy(() -> files(directory).name(null).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log directory: " + directory + " has {name} in it, but the supervisor is given no name");
    }

    @Test
    void a_directory_with_the_index_in_it_is_refused() {
        Path directory = temporary.resolve("{index}");
        assertThatThrownBy(() -> files(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("log directory: " + directory + " has {index} in it, but all workers' files are in one"
                        + " directory; it may be in the log file's name");
    }

    private SupervisorBuilder streams() {
        return Supervisor.builder().command(List.of("true")).name("web").output(output, errors);
    }

    private SupervisorBuilder files(Path directory) {
        return streams().logDirectory(directory, 0, 0);
    }

    /** As worker 3. */
    private void print(SupervisorBuilder builder, String text) throws Exception {
        try (WorkerOutput opened = builder.outputSettings().open("web")) {
            opened.attach(
                    3, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), InputStream.nullInputStream());
        }
    }

    private void awaitOutput(String expected) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() ->
                        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(expected));
    }
}
