package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.forkless.spi.HostProcess;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(value = OS.LINUX, disabledReason = "what has come of it is read from /proc")
class HostProcessTest {
    private static final HostProcess PROCESS = HostProcess.find().orElseThrow();

    @TempDir
    private Path directory;

    @Test
    void a_jvm_replaces_itself_by_another_that_is_as_if_it_had_just_been_started() throws Exception {
        Map<String, String> environment = Map.of("KEPT", "as it was", "DROPPED", "x");
        try (ChildJvm jvm = ChildJvm.start(environment, JavaProgram.of(Before.class, directory.toString()))) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isEqualTo(23);
            assertThat(jvm.output())
                    .contains("before: pid " + jvm.pid() + "\n", "\npid " + jvm.pid() + "\n")
                    .contains("after: [one, , two words, @three]\n")
                    .contains("KEPT as it was\n", "ADDED new\n", "DROPPED null\n")
                    .contains("SigBlk:\t0000000000000000\n")
                    .contains("ignores TTOU true, TTIN false\n")
                    .contains("has the file of before false\n")
                    .doesNotContain("shutdown hook");
        }
    }

    @Test
    void a_variable_that_the_locale_cannot_tell_is_passed_on_and_an_argument_is_refused() throws Exception {
        // As bytes of UTF-8, whatever the locale of this test.
        String variable = "exec env \"$(printf 'ODD.\\303\\244=gr\\303\\274n')\" LC_ALL=C \"$@\"";
        JavaProgram program = JavaProgram.of(BeforeWithOtherLocale.class).below(List.of("sh", "-c", variable, "sh"));
        try (ChildJvm jvm = ChildJvm.start(Map.of(), program)) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            assertThat(jvm.output())
                    .contains("argument 'gr")
                    .contains("cannot be written in the encoding of the locale")
                    .contains("ODD.\u00e4=gr\u00fcn");
        }
    }

    @Test
    void descriptors_that_systemd_has_passed_stay_open() throws Exception {
        Path file = Files.createFile(directory.resolve("passed"));
        Path other = Files.createFile(directory.resolve("not passed"));
        // Numbers that are free in a JVM that starts, as those after 3 are.
        String redirections = "exec \"$@\" 3<'" + file + "' 4<'" + other + "'";
        JavaProgram program =
                JavaProgram.of(BeforeWithDescriptors.class).below(List.of("sh", "-c", redirections, "sh"));
        try (ChildJvm jvm = ChildJvm.start(Map.of("LISTEN_FDS", "1"), program)) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            assertThat(jvm.output()).contains("-> " + file + "\n").doesNotContain(other.toString());
        }
    }

    @Test
    void a_program_that_cannot_be_run_is_named_and_the_process_goes_on() {
        String missing = directory.resolve("missing").toString();
        assertThatIOException()
                .isThrownBy(() -> PROCESS.replace(List.of(missing), Map.of()))
                .withMessage("replace this process by " + missing + ": execve: ENOENT (2)");
        assertThatIOException()
                .isThrownBy(() -> PROCESS.replace(List.of(directory.toString()), Map.of()))
                .withMessage("replace this process by " + directory + ": execve: EACCES (13)");
        assertThatIOException()
                .isThrownBy(() -> PROCESS.replace(List.of("/bin/true", "a\0b"), Map.of()))
                .withMessageEndingWith("has a NUL character");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_24, disabledReason = "from 25 on the JDK unblocks signals in what it forks")
    void what_is_started_while_signals_are_held_off_begins_with_them_blocked() throws Exception {
        String before = statusOfChild();
        HostProcess.HeldSignals held = PROCESS.holdSignals(List.of("HUP", "INT", "USR1", "USR2", "TTIN", "TTOU"));
        String meanwhile = statusOfChild();
        held.release();
        assertThat(Long.parseLong(meanwhile.replaceAll("SigBlk:\\s+", ""), 16) & 0x300a03)
                .isEqualTo(0x300a03);
        assertThat(statusOfChild()).isEqualTo(before);
    }

    private static String statusOfChild() throws IOException {
        Process grep = new ProcessBuilder("grep", "SigBlk", "/proc/self/status").start();
        return new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    @Test
    void a_process_leads_a_session_of_its_own_which_a_second_call_leaves_as_it_is() throws Exception {
        try (ChildJvm jvm = ChildJvm.start(Map.of(), JavaProgram.of(NewSession.class))) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            assertThat(jvm.output()).isEqualTo("session " + jvm.pid() + ", group " + jvm.pid() + "\n");
        }
    }

    @Test
    void who_is_at_the_other_end_of_a_unix_domain_connection_is_told_and_of_another_one_refused() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("own"));
        long uid = ((Integer) Files.getAttribute(directory, "unix:uid")).longValue();
        HostProcess.Peer self =
                new HostProcess.Peer(uid, ProcessHandle.current().pid());
        try (ServerSocketChannel own =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel client = SocketChannel.open(address);
                SocketChannel accepted = own.accept();
                WorkerJvm other = WorkerJvm.start()) {
            assertThat(PROCESS.peerOf(client)).isEqualTo(self);
            assertThat(PROCESS.peerOf(accepted)).isEqualTo(self);
            Path path = directory.resolve("other");
            other.tell("listen unix:" + path);
            try (SocketChannel toOther = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(PROCESS.peerOf(toOther)).isEqualTo(new HostProcess.Peer(uid, other.pid()));
            }
        }
        try (ServerSocketChannel tcp =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel client = SocketChannel.open(tcp.getLocalAddress());
                SocketChannel unconnected = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            for (SocketChannel none : List.of(client, unconnected)) {
                assertThatIOException()
                        .isThrownBy(() -> PROCESS.peerOf(none))
                        .withMessage("peer of " + none + ": this is no connected Unix-domain socket");
            }
        }
    }

    @Test
    void a_file_becomes_the_output_of_the_process_and_of_its_children_and_is_continued() throws Exception {
        Path file = Files.writeString(directory.resolve("l\u00f6g"), "from before\n");
        try (ChildJvm jvm = ChildJvm.start(
                Map.of("LC_ALL", "C.UTF-8"), JavaProgram.of(Appending.class, directory.toString(), file.toString()))) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            assertThat(jvm.output()).isEqualTo("before\nappend output to " + directory + ": open: EISDIR (21)\n");
        }
        assertThat(file).hasContent("from before\nout\nerr\nchild\nno descriptor is left over: true\n");
    }

    static final class Appending {
        public static void main(String[] arguments) throws Exception {
            System.out.println("before");
            try {
                PROCESS.appendOutputTo(Path.of(arguments[0]));
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            Path descriptors = Path.of("/dev/fd");
            long before = count(descriptors);
            PROCESS.appendOutputTo(Path.of(arguments[1]));
            long after = count(descriptors);
            System.out.println("out");
            System.err.println("err");
            new ProcessBuilder("echo", "child").inheritIO().start().waitFor();
            System.out.println("no descriptor is left over: " + (before == after));
        }

        private static long count(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.count();
            }
        }
    }

    static final class Before {
        public static void main(String[] arguments) throws Exception {
            System.out.println("before: pid " + ProcessHandle.current().pid());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("shutdown hook")));
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("TTOU"),
                            handler.getField("SIG_IGN").get(null));
            Path file = Files.createFile(Path.of(arguments[0], "of before"));
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("ADDED", "new");
            environment.remove("DROPPED");
            try (InputStream open = Files.newInputStream(file)) {
                assertThat(open.available()).isZero();
                // Not from the main thread, which is not the process's first one either.
                Thread thread = new Thread(() -> replace(
                        JavaProgram.of(After.class, "one", "", "two words", "@three")
                                .withConsole()
                                .command(),
                        environment));
                thread.start();
                thread.join();
            }
        }
    }

    static final class After {
        private static final int TTIN = 21;
        private static final int TTOU = 22;

        public static void main(String[] arguments) throws Exception {
            System.out.println("after: " + Arrays.toString(arguments));
            for (String name : List.of("KEPT", "ADDED", "DROPPED")) {
                System.out.println(name + " " + System.getenv(name));
            }
            List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
            status.stream().filter(line -> line.startsWith("SigBlk:")).forEach(System.out::println);
            long ignored = status.stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.split("\\s+")[1], 16))
                    .sum();
            System.out.println("ignores TTOU " + isIn(ignored, TTOU) + ", TTIN " + isIn(ignored, TTIN));
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
                System.out.println("has the file of before "
                        + descriptors.map(After::target).anyMatch(target -> target.endsWith("of before")));
            }
            System.out.println("pid " + ProcessHandle.current().pid());
            System.exit(23);
        }

        private static boolean isIn(long signals, int signal) {
            return (signals >> (signal - 1) & 1) == 1;
        }

        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException e) {
                return ""; // the directory itself
            }
        }
    }

    static final class BeforeWithOtherLocale {
        public static void main(String[] arguments) throws Exception {
            try {
                PROCESS.replace(List.of("/bin/true", "gr\u00fcn"), Map.of());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            replace(List.of("/bin/cat", "/proc/self/environ"), new HashMap<>(System.getenv()));
        }
    }

    static final class BeforeWithDescriptors {
        public static void main(String[] arguments) {
            replace(List.of("/bin/ls", "-l", "/proc/self/fd"), System.getenv());
        }
    }

    static final class NewSession {
        public static void main(String[] arguments) throws Exception {
            PROCESS.newSession();
            PROCESS.newSession();
            String[] stat = Files.readString(Path.of("/proc/self/stat")).split(" ");
            System.out.println("session " + stat[5] + ", group " + stat[4]);
        }
    }

    private static void replace(List<String> command, Map<String, String> environment) {
        try {
            PROCESS.replace(command, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
