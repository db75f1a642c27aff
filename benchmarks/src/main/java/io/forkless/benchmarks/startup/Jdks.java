package io.forkless.benchmarks.startup;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** The JDKs of this machine, found where they usually are. */
final class Jdks {
    private static final int OLDEST = 17;

    private Jdks() {}

    /**
     * A JDK.
     *
     * @param home where its {@code bin} is
     * @param version its feature release, as in 17
     */
    record Jdk(Path home, int version) {
        Path java() {
            return home.resolve("bin/java");
        }
    }

    /** Those that were asked for, or else the one that runs this program and the latest other one there is. */
    static List<Jdk> toMeasure(List<Path> wanted) throws IOException {
        if (!wanted.isEmpty()) {
            List<Jdk> jdks = new ArrayList<>();
            for (Path home : wanted) {
                jdks.add(at(home.toAbsolutePath()).orElseThrow(() -> new IOException("--jdk: no JDK at " + home)));
            }
            return jdks;
        }
        return choose(running(), among(usualPlaces(running().home())));
    }

    /** The one that runs this program. */
    static Jdk running() {
        return new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    static List<Jdk> choose(Jdk running, List<Jdk> found) {
        return Stream.concat(
                        Stream.of(running),
                        found.stream()
                                .filter(jdk -> jdk.version() >= OLDEST && jdk.version() != running.version())
                                .max(Comparator.comparingInt(Jdk::version))
                                .stream())
                .sorted(Comparator.comparingInt(Jdk::version))
                .toList();
    }

    /** Whatever is a JDK in one of these directories. */
    static List<Jdk> among(List<Path> directories) throws IOException {
        List<Jdk> jdks = new ArrayList<>();
        for (Path directory : directories) {
            if (Files.isDirectory(directory)) {
                try (Stream<Path> homes = Files.list(directory)) {
                    homes.sorted().map(Jdks::at).flatMap(Optional::stream).forEach(jdks::add);
                }
            }
        }
        return jdks;
    }

    /** Every JDK has a file {@code release} that tells what it is. */
    static Optional<Jdk> at(Path home) {
        try (Reader reader = Files.newBufferedReader(home.resolve("release"))) {
            Properties release = new Properties();
            release.load(reader);
            String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
            return Files.isExecutable(home.resolve("bin/java"))
                    ? Optional.of(new Jdk(home, Runtime.Version.parse(version).feature()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty(); // something else
        }
    }

    private static List<Path> usualPlaces(Path running) {
        Path user = Path.of(System.getProperty("user.home"));
        return Stream.of(
                        running.getParent(),
                        Path.of("/usr/lib/jvm"),
                        Path.of("/opt"),
                        user.resolve(".jdks"),
                        user.resolve(".sdkman/candidates/java"))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }
}
