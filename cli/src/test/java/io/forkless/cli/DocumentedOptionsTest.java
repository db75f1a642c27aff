package io.forkless.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The documents name no command and no option that {@code forkless} has not got. */
class DocumentedOptionsTest {
    private static final Path REPOSITORY = Path.of("..");

    private static final CommandSpec FORKLESS = CommandSpec.forAnnotatedObject(Main.class);

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern CODE_IN_TEXT = Pattern.compile("`([^`\\n]+)`");

    /** Up to what is no longer its own: COMMAND, a comment, or another command. */
    private static final Pattern INVOCATION =
            Pattern.compile("(?:\\bforkless(?:\\.jar)?|cli\\.Main) +([a-z][a-z-]*)((?:(?! -- | # |\\|).)*)");

    private static final Pattern OPTION = Pattern.compile("(?<=^|\\s)--[a-z][a-z-]*");

    /** What stands alone in a text, and whose it is. */
    private static final Map<String, String> OF_OTHERS = Map.ofEntries(
            Map.entry("--add-opens", "java"),
            Map.entry("--time", "docker stop"),
            Map.entry("--port", "the examples"),
            Map.entry("--kill-whom", "systemctl kill"),
            Map.entry("--daemon", "Gunicorn"),
            Map.entry("--pid", "Gunicorn"),
            Map.entry("--timeout", "Gunicorn"),
            Map.entry("--graceful-timeout", "Gunicorn"),
            Map.entry("--max-requests", "Gunicorn"),
            Map.entry("--max-requests-jitter", "Gunicorn"),
            Map.entry("--worker-tmp-dir", "Gunicorn"),
            Map.entry("--preload", "Gunicorn"),
            Map.entry("--umask", "Gunicorn"));

    static List<Path> documents() throws IOException {
        List<Path> documents =
                new ArrayList<>(List.of(REPOSITORY.resolve("README.md"), REPOSITORY.resolve("SECURITY.md")));
        try (Stream<Path> files = Files.list(REPOSITORY.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
        }
        return documents;
    }

    @Test
    void there_are_commands() throws IOException {
        assertThat(code(REPOSITORY.resolve("docs/operations.md")))
                .anyMatch(code -> matches(INVOCATION, code).stream()
                        .anyMatch(found -> found.group(2).contains("--name web")));
    }

    @ParameterizedTest
    @MethodSource("documents")
    void commands_have_the_options_that_they_are_given(Path document) throws IOException {
        for (String code : code(document)) {
            for (MatchResult invocation : matches(INVOCATION, code)) {
                CommandLine command = FORKLESS.subcommands().get(invocation.group(1));
                assertThat(command)
                        .as("the command of '%s'", invocation.group())
                        .isNotNull();
                assertThat(command.getCommandSpec().optionsMap().keySet())
                        .as(invocation.group())
                        .containsAll(options(invocation.group(2)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void options_that_stand_alone_are_those_of_some_command(Path document) throws IOException {
        assertThat(standingAlone(document)).isSubsetOf(known());
    }

    @Test
    void those_of_others_are_in_the_documents() throws IOException {
        Set<String> all = new HashSet<>();
        for (Path document : documents()) {
            all.addAll(standingAlone(document));
        }
        assertThat(all).containsAll(OF_OTHERS.keySet());
    }

    private static Set<String> known() {
        Set<String> known = new HashSet<>(OF_OTHERS.keySet());
        FORKLESS.subcommands()
                .values()
                .forEach(command ->
                        known.addAll(command.getCommandSpec().optionsMap().keySet()));
        return known;
    }

    private static Set<String> standingAlone(Path document) throws IOException {
        Set<String> options = new HashSet<>();
        for (String code : code(document)) {
            if (code.startsWith("--")) {
                options.addAll(options(code.replaceFirst("[ =].*", "")));
            }
        }
        return options;
    }

    private static List<String> options(String code) {
        return matches(OPTION, code).stream().map(MatchResult::group).toList();
    }

    /** What stands as code in the text, and the lines of the blocks. */
    private static List<String> code(Path document) throws IOException {
        String text = Files.readString(document).replace("\r\n", "\n");
        List<String> code = new ArrayList<>();
        for (MatchResult block : matches(BLOCK, text)) {
            if (!block.group(1).equals("java")) {
                block.group(2).replace("\\\n", " ").lines().forEach(code::add);
            }
        }
        matches(CODE_IN_TEXT, BLOCK.matcher(text).replaceAll("")).forEach(found -> code.add(found.group(1)));
        return code;
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }
}
