package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.testing.JavaProgram;
import io.forkless.testing.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pid file of one supervisor, and of the next. */
class PidFileTest {
    private static final String OURS = ProcessHandle.current().pid() + "\n";

    private static Process another;

    @TempDir
    private Path directory;

    private Path file;
    private String ofAnother;

    @BeforeAll
    static void start_another_process() throws IOException {
        another = JavaProgram.of(Sleeper.class).process().start();
    }

    @AfterAll
    static void end_it() throws InterruptedException {
        another.destroyForcibly().waitFor();
    }

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("pid");
        ofAnother = another.pid() + "\n";
    }

    @Test
    void one_that_names_a_running_process_is_left_alone() throws Exception {
        Files.writeString(file, ofAnother);
        assertThatIOException()
                .isThrownBy(() -> PidFile.write(file))
                .withMessageContaining("names a running process (pid " + another.pid() + ")");
        assertThat(file).hasContent(ofAnother);
    }

    @Test
    void whoever_takes_over_writes_over_it() throws Exception {
        Files.writeString(file, ofAnother);
        try (PidFile pidFile = PidFile.overwrite(file)) {
            assertThat(pidFile).isNotNull();
            assertThat(file).hasContent(OURS);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void the_one_before_leaves_that_of_the_next() throws Exception {
        PidFile before = PidFile.write(file);
        Files.writeString(file, ofAnother);
        before.close();
        assertThat(file).hasContent(ofAnother);
    }

    @Test
    void once_it_is_handed_over_only_the_next_one_touches_it() throws Exception {
        try (PidFile before = PidFile.write(file)) {
            before.handOver();
        }
        assertThat(file).as("the next one may write it at any moment").hasContent(OURS);
    }

    @Test
    void whoever_takes_over_serves_also_where_it_cannot_be_written() throws Exception {
        Path missing = directory.resolve("missing/pid");
        PidFile.overwrite(missing).close();
        assertThat(missing).doesNotExist();
        PidFile.overwrite(directory).close();
        assertThat(directory).isEmptyDirectory();
        PidFile.overwrite(null).close();
        PidFile.NONE.close();
    }
}
