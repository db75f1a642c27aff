package io.forkless.internal.control;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a service listens on, for the next supervisor: a worker knows where its copy is bound, but not what it was made from.
 * Immutable.
 *
 * @param bound see {@link BoundAddress}
 * @param named as it was asked for
 * @param literal the same, without a name that has to be looked up
 * @param provider the name of the provider that hands it over
 * @param inherited whether the service manager has opened it
 */
public record ListenerRecord(String bound, ListenSpec named, ListenSpec literal, String provider, boolean inherited) {
    /** The file in the directory of a service that has them; a line for each. */
    public static final String FILE = "listeners";

    private static final String INHERITED = "inherited";
    private static final String OWN = "own";
    private static final int FIELDS = 7;

    /** A longer file is not ours. */
    private static final int MAX_BYTES = 1 << 20;

    /** For a listener of which only the address is known. */
    public static ListenerRecord of(String bound, String provider) {
        ListenSpec spec = ListenSpec.parse(bound);
        return new ListenerRecord(bound, spec, spec, provider, false);
    }

    /** Words separated by a space. {@link #decode} ignores further ones, of a later version. */
    public String encode() {
        return String.join(
                " ",
                provider,
                inherited ? INHERITED : OWN,
                encode(bound),
                Integer.toString(literal.backlog()),
                encode(ListenOptions.encode(literal)),
                encode(literal.toString()),
                encode(named.toString()));
    }

    /** @throws IllegalArgumentException if the line is not a record */
    public static ListenerRecord decode(String line) {
        String[] word = line.split(" ");
        if (word.length < FIELDS) {
            throw new IllegalArgumentException("too few words");
        }
        int backlog = Integer.parseInt(word[3]);
        String options = decodeWord(word[4]);
        return new ListenerRecord(
                decodeWord(word[2]),
                ListenOptions.apply(
                        options, ListenSpec.parse(decodeWord(word[6])).withBacklog(backlog)),
                ListenOptions.apply(
                        options, ListenSpec.parse(decodeWord(word[5])).withBacklog(backlog)),
                word[0],
                word[1].equals(INHERITED));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decodeWord(String word) {
        return URLDecoder.decode(word, StandardCharsets.UTF_8);
    }

    /** Replaces the file. */
    public static void writeAll(Path file, List<ListenerRecord> all) throws IOException {
        StringBuilder text = new StringBuilder();
        all.forEach(record -> text.append(record.encode()).append('\n'));
        PrivateDirectory.replace(file, text.toString());
    }

    /** Reads the file, without the lines that are not records. Empty if there is no such file. */
    public static List<ListenerRecord> readAll(Path file) {
        List<ListenerRecord> all = new ArrayList<>();
        for (String line : text(file).split("\n")) {
            try {
                all.add(decode(line));
            } catch (IllegalArgumentException e) {
                // garbage: the listener is known by where it is bound
            }
        }
        return all;
    }

    private static String text(Path file) {
        try {
            return PrivateDirectory.read(file, MAX_BYTES);
        } catch (IOException e) {
            return "";
        }
    }
}
