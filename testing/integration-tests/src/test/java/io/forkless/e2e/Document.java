package io.forkless.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A document of the repository, as far as there is code in it. */
final class Document {
    private static final String FENCE = "```";

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

    private final String file;
    private final List<Block> blocks = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();

    /** @param file its path within the repository */
    Document(String file) {
        this.file = file;
        read(lines(file));
    }

    /** All blocks of that language, in their order. */
    List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    List<String> languages() {
        return blocks.stream().map(Block::language).distinct().toList();
    }

    /** What stands as code in a line of text. */
    List<String> codeInText() {
        return CODE.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(1))
                .toList();
    }

    private void read(List<String> lines) {
        String heading = "";
        Block open = null;
        for (String line : lines) {
            if (line.startsWith(FENCE)) {
                open = open == null
                        ? new Block(this, heading, line.substring(FENCE.length()), new ArrayList<>())
                        : null;
                if (open != null) {
                    blocks.add(open);
                }
            } else if (open != null) {
                open.lines().add(line);
            } else {
                heading = line.startsWith("#") ? line.replaceFirst("#+ ", "") : heading;
                text.append(line).append('\n');
            }
        }
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(
                    Path.of(System.getProperty("forkless.it.examples")).resolveSibling(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return file;
    }

    /**
     * A block of code.
     *
     * @param heading of the section that it is in
     * @param language what follows the fence; may be empty
     */
    record Block(Document document, String heading, String language, List<String> lines) {
        String text() {
            return String.join("\n", lines) + "\n";
        }

        /** Whether it is a file that is run, and not what somebody enters. */
        boolean isScript() {
            return text().startsWith("#!");
        }

        /** A comment at its beginning says it. */
        String nameOfScript() {
            return lines.get(1).replaceFirst("# *", "");
        }

        /** Of {@code forkless run @FILE}. */
        boolean isFileOfArguments() {
            return text().startsWith("--") && lines.contains("--");
        }

        @Override
        public String toString() {
            return document + ": " + heading + ": " + (lines.isEmpty() ? "" : lines.get(0));
        }
    }
}
