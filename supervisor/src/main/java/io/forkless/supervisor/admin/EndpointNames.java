package io.forkless.supervisor.admin;

import io.forkless.internal.control.EndpointText;
import io.forkless.internal.control.UserId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** The names of supervisors, and those of the files that guard them. */
final class EndpointNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final String SUFFIX = EndpointText.FILE_SUFFIX;
    private static final String PREFIX = "forkless-";

    /** What Java calls a user without a name, and so did earlier versions. */
    private static final String NAMELESS = "?";

    private EndpointNames() {}

    /** @throws IllegalArgumentException if the name cannot be part of a file's name */
    static String requireValid(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not a supervisor name: use " + NAME.pattern());
        }
        return name;
    }

    /** Whether it has the name of such a file, or of a supervisor's private directory. */
    static boolean mayLeadToOne(Path path) {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) || name.startsWith(PREFIX);
    }

    static String file(String name) {
        return name + SUFFIX;
    }

    /** Whose supervisor it is, if that is how it is called. */
    static Optional<String> of(Path file) {
        return between(file.getFileName().toString(), "");
    }

    /** Earlier versions had the user in the name, since the directory might be everybody's. */
    static String fileOfEarlierVersion(String name) {
        return PREFIX + System.getProperty("user.name") + "-" + name + SUFFIX;
    }

    static Optional<String> ofEarlierVersion(Path file) throws IOException {
        String text = file.getFileName().toString();
        if (!text.startsWith(PREFIX) || !text.endsWith(SUFFIX)) {
            return Optional.empty();
        }
        String owner = UserId.isKnown() ? UserId.nameOfOwner(file) : System.getProperty("user.name");
        Optional<String> name = between(text, PREFIX + owner + "-");
        return name.isPresent() ? name : between(text, PREFIX + NAMELESS + "-");
    }

    private static Optional<String> between(String text, String prefix) {
        if (!text.startsWith(prefix) || !text.endsWith(SUFFIX) || text.length() <= prefix.length() + SUFFIX.length()) {
            return Optional.empty();
        }
        String name = text.substring(prefix.length(), text.length() - SUFFIX.length());
        return NAME.matcher(name).matches() ? Optional.of(name) : Optional.empty();
    }
}
