package io.forkless.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClauseReportTest {
    @TempDir
    Path directory;

    private String before;

    @BeforeEach
    void report_into_a_directory_of_its_own() {
        before = System.getProperty(ClauseReport.DIRECTORY);
        System.setProperty(
                ClauseReport.DIRECTORY, directory.resolve("not made yet").toString());
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(ClauseReport.DIRECTORY);
        } else {
            System.setProperty(ClauseReport.DIRECTORY, before);
        }
    }

    @Test
    void a_clause_is_as_good_as_the_worst_of_its_tests() throws IOException {
        ClauseReport.add("one", Clause.QUIESCE, ClauseReport.KEPT, "");
        ClauseReport.add("one", Clause.QUIESCE, ClauseReport.BROKEN, "expected true\nbut was false");
        ClauseReport.add("one", Clause.QUIESCE, ClauseReport.KEPT, "");
        ClauseReport.add("one", Clause.ONE_QUEUE, ClauseReport.KEPT, "");
        ClauseReport.add("one", Clause.ONE_QUEUE, ClauseReport.SKIPPED, "this machine has no IPv6");
        ClauseReport.add("two", Clause.ONE_QUEUE, ClauseReport.EXCEPTION, "each has its own");

        String table = ClauseReport.table(Path.of(System.getProperty(ClauseReport.DIRECTORY)));

        assertThat(table.lines().findFirst().orElseThrow()).matches("\\| clause \\| one \\(.*\\) \\| two \\(.*\\) \\|");
        assertThat(table).contains("| 10 `QUIESCE` | BROKEN | not run |", "| 9 `ONE_QUEUE` | kept | exception |");
        assertThat(table.lines()).hasSize(2 + Clause.values().length);
    }

    @Test
    void nothing_is_written_unless_a_directory_is_given() throws IOException {
        System.clearProperty(ClauseReport.DIRECTORY);

        ClauseReport.add("one", Clause.QUIESCE, ClauseReport.KEPT, "");

        try (var files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }
}
