package io.forkless.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.internal.control.Renewable;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In virtual time, of things that are there or not as the test says. */
class UpkeepTest {
    private static final FileTime NOW = FileTime.fromMillis(1);

    private final List<String> events = new ArrayList<>();
    private final CapturedLog log = new CapturedLog();
    private final Thing directory = new Thing("/directory");
    private final Thing file = new Thing("/directory/file");
    private long now = Long.MAX_VALUE - 1000; // the clock may overflow, as System.nanoTime() may
    private final Upkeep upkeep = new Upkeep(List.of(directory), List.of(file), () -> NOW, () -> now);

    private final class Thing implements Renewable {
        private final Path path;
        private boolean there = true;
        private String obstacle;

        Thing(String path) {
            this.path = Path.of(path);
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public boolean isThere() {
            return there;
        }

        @Override
        public void makeAgain() throws IOException {
            if (obstacle != null) {
                throw new IOException(obstacle);
            }
            events.add("made " + path.getFileName());
            there = true;
        }

        @Override
        public void touch(FileTime time) throws IOException {
            if (!there) {
                throw new IOException("it is not there");
            }
            assertThat(time).isEqualTo(NOW);
            events.add("touched " + path.getFileName());
        }
    }

    @AfterEach
    void close_the_log() {
        log.close();
    }

    @Test
    void what_is_there_stays_as_it_is() {
        upkeep.check();

        assertThat(events).isEmpty();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void what_is_gone_is_made_again_in_order_and_the_log_has_one_line() {
        directory.there = false;
        file.there = false;

        upkeep.check();
        upkeep.check();

        assertThat(events).containsExactly("made directory", "made file");
        assertThat(log.lines())
                .containsExactly(
                        "WARNING somebody has removed files that this supervisor needs; they have been made again: "
                                + directory.path + ", " + file.path);
    }

    @Test
    void what_cannot_be_made_again_is_logged_once_and_tried_again() {
        directory.there = false;
        directory.obstacle = "disk full";
        file.there = false;
        file.obstacle = "no such directory";
        upkeep.check();
        upkeep.check();
        assertThat(log.lines())
                .containsExactly(
                        "SEVERE somebody has removed a file that this supervisor needs, and it cannot be made again"
                                + " (the next attempt follows in a second): " + directory.path + ": disk full");

        directory.obstacle = null;
        file.obstacle = null;
        upkeep.check();
        assertThat(events).containsExactly("made directory", "made file");

        directory.there = false;
        directory.obstacle = "disk full";
        upkeep.check();
        assertThat(log.lines()).as("of the next time").hasSize(3);
    }

    @Test
    void what_cannot_be_made_again_keeps_nothing_else_from_it_unless_all_may_be_anothers() {
        Thing other = new Thing("/directory/other");
        Upkeep three = new Upkeep(List.of(directory), List.of(file, other), () -> NOW, () -> now);
        file.there = false;
        file.obstacle = "disk full";
        other.there = false;
        three.check();
        assertThat(events).containsExactly("made other");

        other.there = false;
        directory.there = false;
        directory.obstacle = "another supervisor has the name";
        three.check();
        assertThat(events).containsExactly("made other");
    }

    @Test
    void all_is_touched_every_hour() {
        now += Upkeep.TOUCH_INTERVAL.toNanos() - 1;
        upkeep.check();
        assertThat(events).isEmpty();

        now++;
        upkeep.check();
        upkeep.check();
        assertThat(events).containsExactly("touched directory", "touched file");

        directory.there = false;
        directory.obstacle = "disk full";
        now += Upkeep.TOUCH_INTERVAL.plus(Duration.ofSeconds(1)).toNanos();
        upkeep.check();
        assertThat(events).as("one that fails keeps no other from it").endsWith("touched file");
    }

    @Test
    void after_the_end_what_goes_is_gone() {
        upkeep.close();
        file.there = false;
        now += Upkeep.TOUCH_INTERVAL.toNanos();

        upkeep.check();

        assertThat(events).isEmpty();
    }
}
