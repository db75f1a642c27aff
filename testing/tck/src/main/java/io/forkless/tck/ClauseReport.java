package io.forkless.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of each test, one line each, in the directory that the system property {@value #DIRECTORY} names; the
 * main program prints a directory's contents as a Markdown table of clauses and providers.
 */
public final class ClauseReport {
    /** System property: where to write; nothing is written if it is not set. */
    public static final String DIRECTORY = "forkless.tck.report";

    static final String KEPT = "kept";
    static final String EXCEPTION = "exception";
    static final String SKIPPED = "skipped";
    static final String BROKEN = "BROKEN";

    /** A clause is as good as the worst of its tests. */
    private static final List<String> BEST_FIRST = List.of(SKIPPED, KEPT, EXCEPTION, BROKEN);

    private static final String SUFFIX = ".clauses";

    private ClauseReport() {}

    /** @param arguments the directory */
    public static void main(String[] arguments) throws IOException {
        System.out.print(table(Path.of(arguments[0])));
    }

    static synchronized void add(String provider, Clause clause, String outcome, String reason) throws IOException {
        String directory = System.getProperty(DIRECTORY);
        if (directory == null) {
            return;
        }
        String platform = System.getProperty("os.name").split(" ")[0] + ", JDK "
                + Runtime.version().feature();
        Path file = Files.createDirectories(Path.of(directory)).resolve(provider + " (" + platform + ")" + SUFFIX);
        String line =
                clause + "\t" + outcome + "\t" + reason.lines().findFirst().orElse("") + "\n";
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static String table(Path directory) throws IOException {
        Map<String, Map<Clause, String>> columns = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    (Iterable<Path>) files.filter(path -> path.toString().endsWith(SUFFIX))::iterator) {
                String name = file.getFileName().toString();
                columns.put(name.substring(0, name.length() - SUFFIX.length()), outcomes(file));
            }
        }
        List<String> rows = new ArrayList<>();
        rows.add("| clause | " + String.join(" | ", columns.keySet()) + " |");
        rows.add("|---|" + "---|".repeat(columns.size()));
        for (Clause clause : Clause.values()) {
            rows.add(columns.values().stream()
                    .map(outcomes -> outcomes.getOrDefault(clause, "not run"))
                    .collect(Collectors.joining(" | ", "| " + clause.number() + " `" + clause + "` | ", " |")));
        }
        return String.join("\n", rows) + "\n";
    }

    private static Map<Clause, String> outcomes(Path file) throws IOException {
        Map<Clause, String> worst = new EnumMap<>(Clause.class);
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("\t", 3);
            worst.merge(
                    Clause.valueOf(fields[0]),
                    fields[1],
                    (one, other) -> BEST_FIRST.indexOf(one) > BEST_FIRST.indexOf(other) ? one : other);
        }
        return worst;
    }
}
