package io.forkless.benchmarks.service;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Other programs' configuration files and scripts, which are in our jar. */
public final class Resources {
    private static final String ROOT = "/io/forkless/benchmarks/";

    private Resources() {}

    /** Copies {@code EXPERIMENT/NAME} as {@code NAME}; each {@code @name@} in it is replaced by its value. */
    public static Path copy(String file, Path directory, Map<String, ?> values) throws IOException {
        try (InputStream in = Resources.class.getResourceAsStream(ROOT + file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, ?> value : values.entrySet()) {
                text = text.replace("@" + value.getKey() + "@", value.getValue().toString());
            }
            Files.createDirectories(directory);
            return Files.writeString(directory.resolve(Path.of(file).getFileName()), text);
        }
    }
}
