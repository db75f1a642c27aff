package io.forkless.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.forkless.testing.JavaProgram;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own classes in a jar that is overwritten. */
class EagerClassesTest {
    private static final String CONTROL = "io.forkless.internal.control";
    private static final String NEEDED_EARLY = CONTROL + ".Tokens";
    private static final String NEEDED_LATE = CONTROL + ".StaleFiles";
    private static final String OF_ANOTHER_PACKAGE = "io.forkless.spi.Quiescence";

    @TempDir
    private Path temporary;

    @ParameterizedTest(name = "the jar has entries for directories: {0}")
    @ValueSource(booleans = {true, false})
    void what_was_loaded_in_time_is_there_when_the_jar_is_not(boolean directories) throws Exception {
        Path jar = pack(directories);
        try (URLClassLoader loader = loader(jar)) {
            EagerClasses.loadPackages(loader.loadClass(NEEDED_EARLY), List.of(CONTROL, "no.such"));
            overwrite(jar);
            assertThat(loader.loadClass(NEEDED_LATE).getClassLoader()).isSameAs(loader);
            assertThat(Class.forName(CONTROL + ".ControlMessage$Bye", true, loader)
                            .getDeclaredConstructor()
                            .newInstance())
                    .hasToString("Bye[]");
            assertThatThrownBy(() -> loader.loadClass(OF_ANOTHER_PACKAGE)).isInstanceOf(ClassNotFoundException.class);
        }
    }

    @Test
    void single_classes_come_with_those_nested_in_them() throws Exception {
        Path jar = pack(false);
        try (URLClassLoader loader = loader(jar)) {
            EagerClasses.initialize(
                    loader.loadClass(NEEDED_EARLY), List.of(CONTROL + ".ControlMessage", "no.such.Class"));
            overwrite(jar);
            assertThat(loader.loadClass(CONTROL + ".ControlMessage$Heartbeat").getClassLoader())
                    .isSameAs(loader);
            assertThatThrownBy(() -> loader.loadClass(NEEDED_LATE)).isInstanceOf(ClassNotFoundException.class);
        }
    }

    @Test
    void classes_in_a_directory_are_found_as_well() throws Exception {
        Path classes = temporary.resolve("classes");
        try (Stream<Path> files = Files.walk(ours())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, classes.resolve(ours().relativize(file).toString()));
            }
        }
        try (URLClassLoader loader = loader(classes)) {
            EagerClasses.loadPackages(loader.loadClass(NEEDED_EARLY), List.of("io.forkless.internal"));
            Files.move(classes, temporary.resolve("elsewhere"));
            assertThat(loader.loadClass(NEEDED_LATE).getClassLoader()).isSameAs(loader);
        }
    }

    private Path pack(boolean directories) throws IOException {
        Path jar = temporary.resolve("forkless-spi.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(ours())) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = ours().relativize(file).toString().replace('\\', '/');
                if (Files.isDirectory(file)) {
                    if (directories && !name.isEmpty()) {
                        out.putNextEntry(new JarEntry(name + "/"));
                    }
                } else {
                    out.putNextEntry(new JarEntry(name));
                    Files.copy(file, out);
                }
            }
        }
        return jar;
    }

    /** As {@code cat other.jar > forkless-spi.jar} does: to the same file. */
    private static void overwrite(Path jar) throws IOException {
        Files.write(jar, new byte[(int) Files.size(jar) / 2]);
    }

    private static Path ours() {
        return JavaProgram.classesOf(EagerClasses.class);
    }

    private static URLClassLoader loader(Path classes) throws IOException {
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }
}
