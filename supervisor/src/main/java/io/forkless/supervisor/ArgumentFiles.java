package io.forkless.supervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files from which the supervisor's own options were read, with what was in them. Immutable. */
final class ArgumentFiles {
    private final Map<Path, String> contents = new LinkedHashMap<>();

    private final String remedy;

    /**
     * Reads them now.
     *
     * @param name of the supervisor; {@code null} for none
     */
    ArgumentFiles(List<Path> files, String name) {
        remedy = name == null
                ? "stop and start the supervisor to apply it"
                : "'forkless upgrade --name " + name + "' applies it";
        files.forEach(file -> contents.put(file.toAbsolutePath(), content(file)));
    }

    boolean isEmpty() {
        return contents.isEmpty();
    }

    /** What the operator should know of those in which there is something else now. Reads them. */
    List<String> remarks() {
        return contents.entrySet().stream()
                .filter(file -> !content(file.getKey()).equals(file.getValue()))
                .map(file -> file.getKey() + " has changed since the start and was not read again: " + remedy)
                .toList();
    }

    /** Only its digest, since there may be a secret in it. Empty if it cannot be read. */
    private static String content(Path file) {
        try {
            return Digest.of(Files.readAllBytes(file));
        } catch (IOException e) {
            return "";
        }
    }
}
