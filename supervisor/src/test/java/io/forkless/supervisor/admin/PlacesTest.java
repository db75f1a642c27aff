package io.forkless.supervisor.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.RuntimeDirectory;
import io.forkless.internal.control.UserId;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.testing.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PlacesTest {
    private static final String TEMPORARY = "java.io.tmpdir";
    private static final String NO_POSIX_FILES = "Windows has other users and file owners";
    private static final int SOMEBODY = 54321;

    private final String temporaryBefore = System.getProperty(TEMPORARY);

    @TempDir
    private Path temporary;

    @BeforeEach
    void use_a_temporary_directory_of_our_own() {
        System.setProperty(TEMPORARY, temporary.toString());
    }

    @AfterEach
    void use_the_other_one() {
        System.setProperty(TEMPORARY, temporaryBefore);
        System.clearProperty(RuntimeDirectory.PROPERTY);
    }

    @Test
    void supervisors_of_this_version_and_of_an_earlier_one_are_found() throws Exception {
        endpoint(RuntimeDirectory.prepare().resolve("web.endpoint"));
        endpoint(earlier("old"));
        endpoint(Files.createDirectory(temporary.resolve("forkless-7-1")).resolve("endpoint"));
        Files.createFile(temporary.resolve("forkless-other-user-new.endpoint"));

        assertThat(Places.ofThisUser().endpoints())
                .extracting(EndpointFile::name)
                .containsExactly("web", "7", "old");
    }

    @Test
    void a_chosen_directory_is_the_only_one_and_may_have_been_that_of_an_earlier_version() throws Exception {
        endpoint(RuntimeDirectory.prepare().resolve("web.endpoint"));
        endpoint(earlier("old"));
        Path chosen = Files.createDirectory(temporary.resolve("chosen"));
        System.setProperty(RuntimeDirectory.PROPERTY, chosen.toString());
        endpoint(chosen.resolve("api.endpoint"));
        endpoint(chosen.resolve(earlier("older").getFileName()));
        endpoint(Files.createDirectory(chosen.resolve("forkless-7-1")).resolve("endpoint"));

        assertThat(Places.ofThisUser().endpoints())
                .extracting(EndpointFile::name)
                .containsOnly("api", "older", "7");
        assertThat(Places.ofThisUser().describe("web"))
                .startsWith(
                        "looked in " + chosen + "; one that was started with --runtime-dir or FORKLESS_RUNTIME_DIR");
    }

    @Test
    void a_file_to_which_two_paths_lead_is_one() throws Exception {
        Path chosen = Files.createDirectory(temporary.resolve("chosen"));
        System.setProperty(RuntimeDirectory.PROPERTY, chosen.toString());
        endpoint(chosen.resolve("web.endpoint"));
        Files.copy(
                chosen.resolve("web.endpoint"),
                chosen.resolve("forkless-" + System.getProperty("user.name") + "-web.endpoint"));

        assertThat(Places.ofThisUser().endpoints()).hasSize(1);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void a_message_says_where_it_looked() throws Exception {
        long user = UserId.ours();

        assertThat(Places.ofThisUser().describe("web"))
                .startsWith("looked in " + temporary + "/forkless-" + user + ", ")
                .contains("/run/user/" + user + ", " + temporary + ";");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void a_user_that_does_not_exist_is_named() {
        assertThatThrownBy(() -> Places.ofUser("no-such-user"))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no user 'no-such-user'");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void everybody_may_name_himself() throws Exception {
        endpoint(RuntimeDirectory.prepare().resolve("web.endpoint"));
        for (String self : new String[] {System.getProperty("user.name"), Long.toString(UserId.ours())}) {
            assertThat(Places.ofUser(self).endpoints()).as(self).hasSize(1);
            assertThat(Places.ofUser(self).areForeign()).isFalse();
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void only_root_may_name_another_user() {
        assumeFalse(Privileges.isRoot(), "this is root");

        assertThatThrownBy(() -> Places.ofUser("root"))
                .isInstanceOf(IOException.class)
                .hasMessage("the supervisors of user 'root' obey that user and root alone, and you are "
                        + UserId.nameOfOurs());
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void root_trusts_the_files_of_that_user_and_its_own_and_no_others() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root can give a file away");
        Path directory = Files.createDirectory(temporary.resolve("forkless-" + SOMEBODY));
        for (String name : new String[] {"his", "third", "roots"}) {
            endpoint(directory.resolve(name + ".endpoint"));
        }
        give(directory, SOMEBODY);
        give(directory.resolve("his.endpoint"), SOMEBODY);
        give(directory.resolve("third.endpoint"), SOMEBODY + 1);

        assertThat(Places.ofUser(Integer.toString(SOMEBODY)).endpoints())
                .extracting(EndpointFile::name)
                .containsExactly("his", "roots");
        assertThat(Places.ofThisUser().endpoints()).isEmpty();
        assertThat(Places.ofThisUser().describe("his")).endsWith("; user " + SOMEBODY + " has one: --user " + SOMEBODY);
        assertThat(Places.ofThisUser().describe("nosuch")).doesNotContain("--user");
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void root_finds_a_user_by_his_name() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root may name another user");
        Path directory = Files.createDirectory(temporary.resolve("forkless-65534"));
        endpoint(directory.resolve("web.endpoint"));
        give(directory, 65534);
        give(directory.resolve("web.endpoint"), 65534);

        assertThat(Places.ofUser("nobody").endpoints()).hasSize(1);
        assertThat(temporary).as("no trace of the look-up").isDirectoryNotContaining("glob:**/*.probe");
    }

    @Test
    void a_service_whose_supervisor_has_died_is_told_of_with_what_to_do() throws Exception {
        leave(RuntimeDirectory.prepare());
        String message = "; its supervisor has died, and 1 workers serve on for a while (pids "
                + ProcessHandle.current().pid()
                + "): start it again, or drain them with 'forkless stop --name web'";
        for (String name : new String[] {"web", null}) {
            NoSupervisorException e = Places.ofThisUser().noSupervisor(name);
            assertThat(e).hasMessageEndingWith(message);
            assertThat(e.leftService()).contains("web");
        }
        assertThat(Places.ofThisUser().noSupervisor("other").leftService()).isEmpty();
    }

    @Test
    @Tag("root")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = NO_POSIX_FILES)
    void root_is_told_who_can_drain_the_workers_of_another_user() throws Exception {
        assumeTrue(Privileges.isRoot(), "only root may name another user");
        leave(Files.createDirectory(temporary.resolve("forkless-" + SOMEBODY)));
        NoSupervisorException e = Places.ofUser(Integer.toString(SOMEBODY)).noSupervisor("web");
        assertThat(e).hasMessageEndingWith("drain them with 'forkless stop --name web' as that user");
        assertThat(e.leftService()).as("for root itself to drain").isEmpty();
    }

    /** A worker, and no supervisor. */
    private static void leave(Path runtimeDirectory) throws IOException {
        Path service = Files.createDirectories(PrivateDirectory.pathOfService(runtimeDirectory, "web"));
        new WorkerRecord(0, "secret", ProcessIdentity.own(), null, "origin", Duration.ZERO)
                .writeTo(service.resolve("0" + WorkerRecord.FILE_SUFFIX));
    }

    private Path earlier(String name) {
        return temporary.resolve("forkless-" + System.getProperty("user.name") + "-" + name + ".endpoint");
    }

    private static void endpoint(Path file) throws IOException {
        Files.writeString(file, "7 secret-of-" + file.getFileName() + " 4711\n");
    }

    private static void give(Path file, int user) throws IOException {
        Files.setAttribute(file, "unix:uid", user);
    }
}
