package io.forkless.supervisor.command;

import java.util.ArrayList;
import java.util.List;

/**
 * An option in the text of a variable or of a file, as a JVM reads it: options are separated by white space, and single or
 * double quotes, which are not part of an option, keep one together ({@code JAVA_TOOL_OPTIONS} in the JVM Tool Interface).
 *
 * @param text without quotes
 * @param start in the whole, with quotes
 * @param end in the whole, behind the word
 */
record Word(String text, int start, int end) {
    static List<Word> in(String whole) {
        List<Word> words = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        char quote = 0;
        int start = -1;
        for (int i = 0; i <= whole.length(); i++) {
            char c = i < whole.length() ? whole.charAt(i) : ' ';
            boolean atEnd = i == whole.length();
            if (start >= 0 && (atEnd || quote == 0 && Character.isWhitespace(c))) {
                words.add(new Word(text.toString(), start, i));
                text.setLength(0);
                start = -1;
            } else if (start >= 0 || !Character.isWhitespace(c)) {
                start = start < 0 ? i : start;
                if (quote == 0 && (c == '"' || c == '\'')) {
                    quote = c;
                } else if (c == quote) {
                    quote = 0;
                } else {
                    text.append(c);
                }
            }
        }
        return words;
    }

    /** So that it is read as one word with that text. */
    static String quoted(String text) {
        if (textsIn(text).equals(List.of(text))) {
            return text;
        }
        return text.contains("\"") && !text.contains("'")
                ? "'" + text + "'"
                : '"' + text.replace("\"", "\"'\"'\"") + '"';
    }

    static List<String> textsIn(String whole) {
        return in(whole).stream().map(Word::text).toList();
    }
}
