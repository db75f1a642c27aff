package io.forkless.supervisor.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which jars a JVM has open, as far as its command tells. */
class JarsInUseTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void makeJars() throws IOException {
        Files.createDirectories(directory.resolve("lib/classes"));
        for (String jar : List.of("app.jar", "other.jar", "lib/a.jar", "lib/b.JAR", "lib/notes.txt")) {
            Files.writeString(directory.resolve(jar), "");
        }
    }

    /** A colon stands for the separator of paths. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            java -Xmx9m -jar app.jar -cp other.jar                | app.jar
            java -jar missing.jar                                 |
            java -cp app.jar:lib/classes:missing.jar Main         | app.jar
            java --class-path=app.jar:other.jar Main -cp no.jar   | app.jar other.jar
            java -classpath lib/* Main                            | lib/a.jar lib/b.JAR
            java -p lib:app.jar -m module/Main                    | lib/a.jar lib/b.JAR app.jar other.jar
            java --module-path lib --add-modules all -cp app.jar Main | lib/a.jar lib/b.JAR app.jar
            java -Xmx9m Main app.jar                              | other.jar
            java                                                  | other.jar
            java -cp                                              |
            java @options                                         | other.jar
            sh -jar app.jar                                       |
            """)
    void jars_are_found_below_the_directory_of_the_command(String command, String jars) {
        String[] words = command.replace(':', File.pathSeparatorChar).split(" ");
        assertThat(JarsInUse.of(List.of(words), directory, "other.jar"))
                .containsExactlyInAnyOrderElementsOf(
                        jars == null
                                ? List.of()
                                : List.of(jars.split(" ")).stream()
                                        .map(directory::resolve)
                                        .toList());
    }

    @Test
    void a_class_path_may_be_missing_and_may_have_names_that_no_file_can_have() {
        assertThat(JarsInUse.of(List.of("java", "Main"), directory, null)).isEmpty();
        assertThat(JarsInUse.of(List.of("java", "-cp", "no\0such", "Main"), directory, null))
                .isEmpty();
    }
}
