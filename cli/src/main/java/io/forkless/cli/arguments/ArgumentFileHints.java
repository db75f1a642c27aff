package io.forkless.cli.arguments;

import io.forkless.cli.arguments.ArgumentFile.Line;

/** What people write in a file of arguments who know files with comments, quotes or several words in a line. */
final class ArgumentFileHints {
    private ArgumentFileHints() {}

    /**
     * Refuses a line that would else become the first word of COMMAND, or an option that does not exist.
     *
     * @throws IllegalArgumentException with a sentence about the line
     */
    static void check(ArgumentFile file, Line line, CommandScan scan) {
        String text = line.text();
        if (text.startsWith("#")) {
            throw file.mistake(line, "a file of arguments has no comments");
        }
        if (text.startsWith("@") && text.length() > 1) {
            throw file.mistake(line, "'" + text + "' is not read: a file of arguments cannot name another one");
        }
        if (Character.isWhitespace(text.charAt(0))) {
            throw file.mistake(line, "it begins with a blank, which would belong to the argument");
        }
        String[] words = text.split("\\s+", 2);
        if (words.length == 2 && scan.knows(words[0])) {
            throw file.mistake(
                    line, "each line is one argument: write '" + words[0] + "=" + words[1] + "', or two lines");
        }
    }
}
