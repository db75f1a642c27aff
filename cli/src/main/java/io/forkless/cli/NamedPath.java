package io.forkless.cli;

import io.forkless.supervisor.command.Placeholders;
import java.nio.file.Path;

/** A path of an option, in which {@code {name}} stands for the supervisor's name. */
final class NamedPath {
    private NamedPath() {}

    /**
     * With the name in its place, below the logical working directory.
     *
     * @param what the path is of
     * @param given {@code null} if it was not given
     * @param name of the supervisor, {@code null} if it is given none
     * @return {@code null} if it was not given
     * @throws IllegalArgumentException if it has a placeholder for which there is nothing
     */
    static Path of(String what, Path given, String name) {
        if (given == null) {
            return null;
        }
        String text = given.toString();
        if (Placeholders.haveIndexIn(text)) {
            throw new IllegalArgumentException(
                    what + ": " + text + " has {index} in it, and it is one for all workers");
        }
        return LogicalDirectory.current().resolve(Path.of(Placeholders.inCommon(what, text, name)));
    }
}
