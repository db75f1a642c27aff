package io.forkless.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The other servers' configuration files, which are in our jar. */
final class Resources {
    private Resources() {}

    /** Copies one, in which each {@code @name@} is replaced by its value. */
    static Path copy(String name, Path directory, Map<String, ?> values) throws IOException {
        try (InputStream in = Resources.class.getResourceAsStream("peers/" + name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, ?> value : values.entrySet()) {
                text = text.replace("@" + value.getKey() + "@", value.getValue().toString());
            }
            Files.createDirectories(directory);
            return Files.writeString(directory.resolve(name), text);
        }
    }
}
