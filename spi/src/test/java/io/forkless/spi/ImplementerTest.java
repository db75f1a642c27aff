package io.forkless.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much an implementer writes, as the documents say. */
class ImplementerTest {
    private static final List<String> NUMBERS = List.of(
            "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve");

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/providers.md"})
    void the_documents_count_the_methods_that_have_to_be_written(String document) throws IOException {
        int provider = abstractMethodsOf(ListenerProvider.class);
        int listener = abstractMethodsOf(SharedListener.class);
        int channel = abstractMethodsOf(SharedServerSocketChannel.class);

        assertThat(Files.readString(Path.of("..", document)).replaceAll("\\s+", " "))
                .contains("You write " + NUMBERS.get(provider + listener + channel) + " methods: "
                        + NUMBERS.get(provider) + " of the provider, " + NUMBERS.get(listener) + " of its listener, "
                        + NUMBERS.get(channel) + " of its channel.");
    }

    private static int abstractMethodsOf(Class<?> type) {
        return (int) Arrays.stream(type.getDeclaredMethods())
                .map(Method::getModifiers)
                .filter(Modifier::isAbstract)
                .count();
    }
}
