package io.forkless.benchmarks.startup;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A JDK of this machine.
 *
 * @param home where its {@code bin} is
 * @param version its feature release, as in 17
 */
record Jdk(Path home, int version) {
    /** Those that were asked for, or else the one that runs this program. */
    static List<Jdk> toMeasure(List<Path> wanted) throws IOException {
        List<Jdk> jdks = new ArrayList<>();
        for (Path home : wanted) {
            jdks.add(at(home.toAbsolutePath()));
        }
        return jdks.isEmpty() ? List.of(at(Path.of(System.getProperty("java.home")))) : jdks;
    }

    /** Every JDK has a file {@code release} that tells what it is. */
    static Jdk at(Path home) throws IOException {
        Properties release = new Properties();
        try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
            release.load(reader);
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            if (Files.isExecutable(home.resolve("bin/java"))) {
                return new Jdk(home, Runtime.Version.parse(version).feature());
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("--jdk: no JDK at " + home, e);
        }
        throw new IOException("--jdk: no JDK at " + home);
    }

    Path java() {
        return home.resolve("bin/java");
    }
}
