package io.forkless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.forkless.e2e.Document.Block;
import io.forkless.testing.ShortTempDir;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the documents, entered as they stand there, but for ports and directories that are free. */
@DisabledIf(value = "io.forkless.e2e.Machine#isWindows", disabledReason = "there is no shell on Windows")
@EnabledOnOs(value = OS.LINUX, disabledReason = "some of the commands, and /proc, are of Linux")
@Tag("long")
class DocumentedCommandsIT {
    private static final Document OPERATIONS = new Document("docs/operations.md");
    private static final Document README = new Document("README.md");

    /** Of all supervisors that have one. */
    private static final String NAME = "--name web";

    /** Of commands that do not depend on each other: few workers as long as possible, and one supervisor for most of them. */
    private static final List<String> ORDER =
            List.of("", "doctor", "status", "restart", "upgrade", "reopen-logs", "scale", "stop", "start", "run");

    @TempDir(factory = ShortTempDir.class)
    private Path directory;

    static Stream<Block> blocks() {
        return Stream.of(README, OPERATIONS)
                .flatMap(document -> document.blocks("sh").stream())
                .filter(block -> !block.isScript()); // which the other ones run
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("blocks")
    void each_block_of_commands_does_what_it_is_for(Block block) throws Exception {
        try (DocumentedRun run = new DocumentedRun(directory, block.document())) {
            List<DocumentedCommand> commands = commands(block);
            if (!commands.get(0).startsSupervisor()) {
                run.execute(supervisorBefore(block)); // the document has started it already
            }
            for (DocumentedCommand command : commands) {
                run.execute(command);
            }
            run.end();
        }
    }

    /** On the supervisor of the document's first example. */
    @Test
    void each_command_within_the_text_does_what_it_is_for() throws Exception {
        List<DocumentedCommand> commands = OPERATIONS.codeInText().stream()
                .filter(code -> code.startsWith("forkless "))
                .filter(code -> !code.matches(".*(?:[A-Z]{2,}|…).*")) // which stand for something else
                .filter(code -> !code.matches("forkless (?:run|start|scale)")) // which needs more than its name
                .distinct()
                .map(DocumentedCommand::new)
                .sorted(Comparator.comparing(command -> ORDER.indexOf(command.verb())))
                .toList();
        assertThat(commands).isNotEmpty();
        DocumentedCommand inBackground = starts(OPERATIONS, null)
                .filter(command -> !command.isInForeground())
                .findFirst()
                .orElseThrow();
        try (DocumentedRun run = new DocumentedRun(directory, OPERATIONS)) {
            for (DocumentedCommand command : commands) {
                if (!run.hasSupervisor() && !command.startsSupervisor()) {
                    run.execute(inBackground);
                }
                run.execute(command);
            }
            run.end();
        }
    }

    /** The configuration for nginx is tried by NginxIT; what is of Java, JSON or no language is something that is shown. */
    @Test
    void there_is_no_other_block_that_a_reader_would_use() {
        assertThat(OPERATIONS.languages()).isSubsetOf("sh", "nginx", "java", "json", "");
    }

    /** The last one before that block that starts a supervisor, of the name by which the block calls it. */
    private static DocumentedCommand supervisorBefore(Block block) throws Exception {
        String called = block.text().contains(NAME) ? NAME : "";
        return starts(block.document(), block)
                .filter(command -> command.text().contains(called))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("nothing starts the supervisor of " + block));
    }

    /** What starts a supervisor before that block; null for all of the document. */
    private static Stream<DocumentedCommand> starts(Document document, Block end) throws Exception {
        List<DocumentedCommand> commands = new ArrayList<>();
        for (Block block : document.blocks("sh")) {
            if (block.equals(end)) {
                break;
            }
            commands.addAll(commands(block));
        }
        return commands.stream().filter(DocumentedCommand::startsSupervisor);
    }

    private static List<DocumentedCommand> commands(Block block) throws Exception {
        List<DocumentedCommand> commands = new ArrayList<>();
        for (String text : Shell.commands(block.lines())) {
            commands.add(new DocumentedCommand(text));
        }
        return commands;
    }
}
