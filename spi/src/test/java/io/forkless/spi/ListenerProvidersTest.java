package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.forkless.spi.ListenerProviders.Candidate;
import io.forkless.testing.ChildJvm;
import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real service files in a temporary directory, read by the real ServiceLoader. */
class ListenerProvidersTest {
    private static final String SERVICE_FILE = "META-INF/services/" + ListenerProvider.class.getName();

    @TempDir
    Path classPath;

    private ClassLoader contextBefore;

    @BeforeEach
    void remember_the_context_class_loader() {
        contextBefore = Thread.currentThread().getContextClassLoader();
    }

    @AfterEach
    void restore_what_was_set() throws IOException {
        ClassLoader current = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(contextBefore);
        if (current instanceof URLClassLoader mine && current != contextBefore) {
            mine.close();
        }
        System.clearProperty(ListenerProviders.PROPERTY);
    }

    @Test
    void the_provider_with_the_highest_priority_among_those_that_fit_is_selected() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Preferred.class, StubProviders.Unfit.class);

        assertThat(ListenerProviders.select().name()).isEqualTo("preferred");
    }

    @Test
    void candidates_are_listed_those_that_fit_first_then_by_priority_then_by_name() throws Exception {
        provide(
                StubProviders.ThrowingConstructor.class,
                StubProviders.Unfit.class,
                StubProviders.Plain.class,
                StubProviders.Another.class,
                StubProviders.Preferred.class);

        assertThat(ListenerProviders.candidates())
                .extracting(Candidate::name)
                .containsExactly(
                        "preferred", "another", "plain", "unfit", StubProviders.ThrowingConstructor.class.getName());
    }

    @Test
    void a_provider_is_found_by_its_name() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Preferred.class);

        assertThat(ListenerProviders.named("plain").name()).isEqualTo("plain");
    }

    @Test
    void the_system_property_overrides_the_priority() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Preferred.class);

        System.setProperty(ListenerProviders.PROPERTY, "plain");

        assertThat(ListenerProviders.select().name()).isEqualTo("plain");
    }

    @Test
    void an_empty_system_property_overrides_nothing() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Preferred.class);

        System.setProperty(ListenerProviders.PROPERTY, "");

        assertThat(ListenerProviders.select().name()).isEqualTo("preferred");
    }

    @Test
    void the_environment_names_a_provider_unless_the_property_does() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Preferred.class);
        Map<String, String> environment = Map.of(ListenerProviders.ENVIRONMENT, "plain");

        assertThat(selectInAnotherJvm(environment, List.of())).isEqualTo("plain");
        assertThat(selectInAnotherJvm(environment, List.of("-D" + ListenerProviders.PROPERTY + "=preferred")))
                .isEqualTo("preferred");
    }

    @Test
    void a_named_provider_that_is_missing_or_does_not_fit_is_an_error_and_no_other_takes_its_place() throws Exception {
        provide(StubProviders.Plain.class, StubProviders.Unfit.class);

        for (String name : List.of("unfit", "missing")) {
            assertThatExceptionOfType(NoProviderException.class)
                    .isThrownBy(() -> ListenerProviders.named(name))
                    .withMessage("listener provider '" + name + "' cannot be used; candidates: plain fits: a stub,"
                            + " unfit does not fit: wrong moon (wait for the full moon)");
        }
    }

    @Test
    void without_any_provider_the_error_says_what_to_add() throws Exception {
        provide();

        assertThat(ListenerProviders.candidates()).isEmpty();
        assertThatExceptionOfType(NoProviderException.class)
                .isThrownBy(ListenerProviders::select)
                .withMessage("no listener provider fits: none is on the class path; add forkless-posix-provider or"
                        + " another provider");
    }

    @Test
    void when_none_fits_one_error_lists_every_candidate_with_reason_and_remedy() throws Exception {
        provide(StubProviders.Unfit.class, StubProviders.ThrowingConstructor.class);

        assertThatExceptionOfType(NoProviderException.class)
                .isThrownBy(ListenerProviders::select)
                .withMessage("no listener provider fits; candidates: unfit does not fit: wrong moon (wait for the full"
                        + " moon), " + StubProviders.ThrowingConstructor.class.getName()
                        + " does not fit: it cannot be loaded: java.lang.IllegalStateException: no constructor today"
                        + " (repair or remove it from the class path)");
    }

    @Test
    void a_provider_is_checked_once_in_a_process() throws Exception {
        provide(StubProviders.Counting.class, StubProviders.Plain.class);

        ListenerProviders.named("counting");
        ListenerProviders.named("counting");
        ListenerProviders.select();
        assertThat(ListenerProviders.candidates()).hasSize(2);

        assertThat(StubProviders.Counting.CHECKS).hasValue(1);
    }

    @Test
    void a_provider_that_is_named_is_found_without_a_check_of_the_others() throws Exception {
        provide(StubProviders.Unchecked.class, StubProviders.Plain.class);

        ListenerProviders.named("plain");

        assertThat(StubProviders.Unchecked.checked).isFalse();
    }

    @Test
    void a_provider_may_look_for_another_one_in_its_check() throws Exception {
        provide(StubProviders.BuiltOnPlain.class, StubProviders.Plain.class);

        assertThat(ListenerProviders.named("builtonplain").check().reason()).isEqualTo("with plain");
    }

    /** Which is none in which it looks for itself. */
    @Test
    void a_provider_that_lacks_the_one_it_is_built_on_does_not_fit() throws Exception {
        provide(StubProviders.BuiltOnMissing.class, StubProviders.Plain.class);

        assertThat(ListenerProviders.candidates())
                .filteredOn(candidate -> candidate.name().equals("builtonmissing"))
                .singleElement()
                .extracting(candidate -> candidate.fitness().reason())
                .isEqualTo("listener provider 'missing' cannot be used; candidates: plain fits: a stub");
    }

    @Test
    void a_provider_that_shares_only_its_own_says_so_and_closes_what_it_was_given() throws Exception {
        ServerSocketChannel opened = ServerSocketChannel.open();

        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> new StubProviders.Plain().share(ListenSpec.tcp("127.0.0.1", 0), opened))
                .withMessageStartingWith("listen 127.0.0.1:0: the plain provider shares only what it has bound itself");
        assertThat(opened.isOpen()).isFalse();
    }

    @Test
    void a_throwing_constructor_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.ThrowingConstructor.class, "no constructor today");
    }

    @Test
    void a_constructor_with_a_linkage_error_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.UnlinkableConstructor.class, "com/sun/jna/Missing");
    }

    @Test
    void a_failing_static_initializer_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.FailingInitializer.class, "no initializer today");
    }

    @Test
    void a_throwing_check_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.ThrowingCheck.class, "no check today");
    }

    @Test
    void a_check_with_a_linkage_error_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.UnlinkableCheck.class, "UnsatisfiedLinkError: no such library");
    }

    @Test
    void a_check_without_a_result_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.NullCheck.class, "check() returned null");
    }

    @Test
    void an_invalid_name_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.InvalidName.class, "'Not A Name' is not a provider name");
    }

    @Test
    void a_throwing_priority_is_reported_and_harms_no_other() throws Exception {
        assertReportedBesideTheOthers(StubProviders.ThrowingPriority.class, "no priority today");
    }

    @Test
    void a_missing_class_is_reported_and_harms_no_other() throws Exception {
        assertLineReportedBesideTheOthers("com.example.Missing", "Provider com.example.Missing not found");
    }

    @Test
    void a_class_that_is_no_provider_is_reported_and_harms_no_other() throws Exception {
        assertLineReportedBesideTheOthers(getClass().getName(), "ListenerProvidersTest not a subtype");
    }

    @Test
    void a_class_without_a_public_constructor_is_reported_and_harms_no_other() throws Exception {
        assertLineReportedBesideTheOthers(StubProviders.HiddenConstructor.class.getName(), "NoSuchMethodException");
    }

    @Test
    void a_broken_class_file_is_reported_and_harms_no_other() throws Exception {
        Files.write(classPath.resolve("Broken.class"), new byte[] {1, 2, 3, 4});

        assertLineReportedBesideTheOthers("Broken", "ClassFormatError");
    }

    @Test
    void a_garbled_service_file_is_reported_and_harms_no_other_file() throws Exception {
        byte[] notUtf8 = {(byte) 0xff, (byte) 0xfe, 0, 1, '\n'};
        for (byte[] garbage : List.of("this is no class name\n".getBytes(StandardCharsets.UTF_8), notUtf8)) {
            Path garbled = Files.createDirectories(classPath.resolve("garbled"));
            writeServiceFile(garbled, garbage);
            writeServiceFile(classPath, lines(StubProviders.Plain.class));
            useClassPath(garbled, classPath);

            ClassLoader loader = contextClassLoader();

            List<Candidate> candidates =
                    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> candidatesWith(loader));

            assertThat(candidates).extracting(Candidate::name).containsExactly("plain", "(unknown)");
        }
    }

    @Test
    void a_class_loader_that_cannot_list_its_service_files_is_reported_once_and_does_not_loop_for_ever() {
        ClassLoader unreadable = new ClassLoader(getClass().getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                throw new IOException("the disk is on fire");
            }
        };

        List<Candidate> candidates =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> candidatesWith(unreadable));

        assertThat(candidates)
                .singleElement()
                .satisfies(candidate ->
                        assertThat(candidate.fitness().reason()).contains("IOException: the disk is on fire"));
    }

    private void assertReportedBesideTheOthers(Class<?> broken, String reason) throws IOException {
        Candidate candidate = assertLineReportedBesideTheOthers(broken.getName(), reason);

        assertThat(candidate.name()).isEqualTo(broken.getName());
    }

    /** The broken one stands first, in the middle and last: wherever the iteration fails, it goes on. */
    private Candidate assertLineReportedBesideTheOthers(String line, String reason) throws IOException {
        String plain = StubProviders.Plain.class.getName();
        String preferred = StubProviders.Preferred.class.getName();
        List<Candidate> candidates = List.of();
        for (List<String> order : List.of(
                List.of(line, plain, preferred), List.of(plain, line, preferred), List.of(plain, preferred, line))) {
            writeServiceFile(classPath, String.join("\n", order).getBytes(StandardCharsets.UTF_8));
            useClassPath(classPath);
            candidates = ListenerProviders.candidates();

            assertThat(candidates).hasSize(3);
            assertThat(candidates.subList(0, 2)).extracting(Candidate::name).containsExactly("preferred", "plain");
            assertThat(candidates.get(2).provider()).isNull();
            assertThat(candidates.get(2).fitness().fits()).isFalse();
            assertThat(candidates.get(2).fitness().reason()).contains(reason);
            assertThat(candidates.get(2).fitness().remedy()).isNotBlank();
            assertThat(ListenerProviders.select().name()).isEqualTo("preferred");
        }
        return candidates.get(2);
    }

    private void provide(Class<?>... providers) throws IOException {
        writeServiceFile(classPath, lines(providers));
        useClassPath(classPath);
    }

    private static byte[] lines(Class<?>... providers) {
        return Stream.of(providers)
                .map(Class::getName)
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static void writeServiceFile(Path root, byte[] content) throws IOException {
        Path file = root.resolve(SERVICE_FILE);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private void useClassPath(Path... roots) throws IOException {
        URL[] urls = new URL[roots.length];
        for (int i = 0; i < roots.length; i++) {
            urls[i] = roots[i].toUri().toURL();
        }
        if (contextClassLoader() instanceof URLClassLoader previous && previous != contextBefore) {
            previous.close();
        }
        Thread.currentThread()
                .setContextClassLoader(new URLClassLoader(urls, getClass().getClassLoader()));
    }

    private static ClassLoader contextClassLoader() {
        return Thread.currentThread().getContextClassLoader();
    }

    /** For a thread of its own: the one that a preemptive time-out makes inherits no context class loader. */
    private static List<Candidate> candidatesWith(ClassLoader loader) {
        Thread.currentThread().setContextClassLoader(loader);
        return ListenerProviders.candidates();
    }

    private String selectInAnotherJvm(Map<String, String> environment, List<String> flags) throws Exception {
        JavaProgram program =
                JavaProgram.of(SelectProgram.class, classPath.toString()).options(flags);
        try (ChildJvm jvm = ChildJvm.start(environment, program)) {
            assertThat(jvm.awaitExit()).as(jvm.output()).isZero();
            return jvm.output().strip();
        }
    }

    /** Prints the name of the provider that is selected from the class path given as argument. */
    static final class SelectProgram {
        private SelectProgram() {}

        public static void main(String[] arguments) throws IOException {
            URL[] classPath = {Path.of(arguments[0]).toUri().toURL()};
            try (URLClassLoader loader = new URLClassLoader(classPath)) {
                Thread.currentThread().setContextClassLoader(loader);
                System.out.println(ListenerProviders.select().name());
            }
        }
    }
}
