package io.forkless.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents name what there is. */
class DocumentsTest {
    private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

    /** Of a link to a file of the repository; the part after {@code #} is not looked at. */
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]+)");

    /** Not what a pattern or a reader's own class has for a name. */
    private static final Pattern TEST_CLASS = Pattern.compile("(?<![*\\w])(?!My)[A-Z]\\w*[a-z](?:Test|IT)\\b");

    /** To its end, over lines that are continued. */
    private static final Pattern MAVEN_COMMAND = Pattern.compile("mvn (?:[^`\\n\\\\]|\\\\\\n)*");

    private static final Pattern TESTS_OPTION = Pattern.compile("-D(?:it\\.)?test='?([\\w,*]+)");

    private static final Pattern LONG_TAG = Pattern.compile("^@Tag\\(\"long\"\\)", Pattern.MULTILINE);

    /** This one tells of tests that are gone. */
    private static final String HISTORY = "CHANGELOG.md";

    @Test
    void there_are_documents() throws IOException {
        assertThat(documents()).contains(REPOSITORY.resolve("README.md"), REPOSITORY.resolve("docs/design.md"));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void links_lead_to_files(Path document) throws IOException {
        assertThat(matches(LINK, document).map(match -> match.group(1)))
                .allSatisfy(link -> assertThat(document.resolveSibling(link)).exists());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void tests_are_called_as_they_are_named(Path document) throws IOException {
        if (!document.endsWith(HISTORY)) {
            Set<String> classes = classes();
            assertThat(matches(TEST_CLASS, document).map(MatchResult::group).filter(name -> !classes.contains(name)))
                    .isEmpty();
        }
    }

    /** Else the command leaves it out, and succeeds all the same. */
    @ParameterizedTest
    @MethodSource("documents")
    void a_command_that_runs_a_long_test_has_the_profile_for_it(Path document) throws IOException {
        Set<String> longTests = longTests();
        assertThat(longTests).isNotEmpty();
        assertThat(matches(MAVEN_COMMAND, document)
                        .map(MatchResult::group)
                        .filter(command -> !command.contains(" -Pfull")))
                .allSatisfy(command -> assertThat(longTests).noneMatch(test -> isRunBy(command, test)));
    }

    private static boolean isRunBy(String command, String test) {
        return TESTS_OPTION
                .matcher(command)
                .results()
                .flatMap(option -> Stream.of(option.group(1).split(",")))
                .anyMatch(name -> test.matches(name.replace("*", ".*")));
    }

    static Set<Path> documents() throws IOException {
        return files(".md");
    }

    private static Set<String> classes() throws IOException {
        return files(".java").stream().map(DocumentsTest::className).collect(Collectors.toSet());
    }

    private static Set<String> longTests() throws IOException {
        Set<String> names = new HashSet<>();
        for (Path file : files(".java")) {
            if (matches(LONG_TAG, file).findAny().isPresent()) {
                names.add(className(file));
            }
        }
        return names;
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static Set<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(REPOSITORY)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .filter(file -> Stream.of("target", ".git")
                            .noneMatch(part -> REPOSITORY.relativize(file).startsWith(part)
                                    || file.toString().contains("/" + part + "/")))
                    .collect(Collectors.toSet());
        }
    }

    private static Stream<MatchResult> matches(Pattern pattern, Path document) throws IOException {
        return pattern.matcher(Files.readString(document)).results();
    }
}
