package io.forkless.e2e.field;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A limit of memory and one of processors, as a container has them; cgroups(7) of either version. Needs the right to make one. */
final class ControlGroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final String NAME =
            "forkless-test-" + ProcessHandle.current().pid();
    private static final int PERIOD_MICROS = 100_000;

    private final List<Path> directories;

    private ControlGroup(List<Path> directories) {
        this.directories = directories;
    }

    /** @return empty if this user may not, or this machine cannot */
    static Optional<ControlGroup> make(long memory, int processors) throws IOException {
        boolean unified = Files.exists(ROOT.resolve("cgroup.controllers"));
        ControlGroup group = new ControlGroup(
                unified
                        ? List.of(ROOT.resolve(NAME))
                        : List.of(
                                ROOT.resolve("memory").resolve(NAME),
                                ROOT.resolve("cpu").resolve(NAME)));
        try {
            for (Path directory : group.directories) {
                Files.createDirectory(directory);
            }
            Path first = group.directories.get(0);
            Path last = group.directories.get(group.directories.size() - 1);
            String quota = Integer.toString(processors * PERIOD_MICROS);
            if (unified) {
                Files.writeString(first.resolve("memory.max"), Long.toString(memory));
                Files.writeString(last.resolve("cpu.max"), quota + " " + PERIOD_MICROS);
            } else {
                Files.writeString(first.resolve("memory.limit_in_bytes"), Long.toString(memory));
                Files.writeString(last.resolve("cpu.cfs_quota_us"), quota);
            }
            return Optional.of(group);
        } catch (IOException e) {
            group.close();
            return Optional.empty();
        }
    }

    /** Runs a command in it. */
    List<String> prefix() {
        StringBuilder script = new StringBuilder();
        for (Path directory : directories) {
            script.append("echo $$ > ")
                    .append(directory.resolve("cgroup.procs"))
                    .append(" && ");
        }
        return List.of("sh", "-c", script + "exec \"$@\"", "sh");
    }

    @Override
    public void close() throws IOException {
        for (Path directory : directories) {
            Files.deleteIfExists(directory);
        }
    }
}
