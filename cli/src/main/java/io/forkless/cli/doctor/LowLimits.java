package io.forkless.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Limits that a server meets before its memory or its processors are used up; getrlimit(2), proc_pid_limits(5). */
final class LowLimits implements Trap {
    /** Of a connection each worker has one, besides some hundred of the JVM and its jars. */
    private static final long FEW_FILES = 4096;

    /** A worker with Jetty has some 40 threads at rest, and up to 200 more. */
    private static final long FEW_THREADS = 1024;

    @Override
    public List<Finding> find(Surroundings surroundings) {
        List<Finding> findings = new ArrayList<>();
        // The JVM raises its own limit to the hard one (-XX:+MaxFDLimit).
        OptionalLong files = hardLimit(surroundings, "Max open files");
        if (files.isPresent() && files.getAsLong() < FEW_FILES) {
            findings.add(new Finding(
                    "each process may open " + files.getAsLong() + " files, and a connection is one",
                    "raise the limit where the supervisor is started: LimitNOFILE= of systemd, 'ulimit -n', or"
                            + " 'docker run --ulimit nofile'"));
        }
        OptionalLong threads = threads(surroundings);
        if (threads.isPresent() && threads.getAsLong() < FEW_THREADS) {
            findings.add(new Finding(
                    "all workers together may have " + threads.getAsLong() + " threads, and each has dozens",
                    "raise the limit where the supervisor is started: TasksMax= of systemd, 'ulimit -u', or"
                            + " 'docker run --pids-limit'"));
        }
        return findings;
    }

    /** The limit of the user, by which root is not bound, or of the control group, whichever is lower. */
    private static OptionalLong threads(Surroundings surroundings) {
        OptionalLong ofUser = surroundings.property("user.name").equals("root")
                ? OptionalLong.empty()
                : hardLimit(surroundings, "Max processes");
        OptionalLong ofGroup = groupLimit(surroundings);
        return ofUser.isPresent() && ofGroup.isPresent()
                ? OptionalLong.of(Math.min(ofUser.getAsLong(), ofGroup.getAsLong()))
                : ofUser.isPresent() ? ofUser : ofGroup;
    }

    private static OptionalLong hardLimit(Surroundings surroundings, String name) {
        Pattern limit = Pattern.compile(name + "\\s+\\S+\\s+(\\d+).*");
        return surroundings.lines("proc/self/limits").stream()
                .map(limit::matcher)
                .filter(Matcher::matches)
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .findFirst();
    }

    /** {@code pids.max} of this process's group; cgroups(7). A container sees its own group as the root of all. */
    private static OptionalLong groupLimit(Surroundings surroundings) {
        return surroundings.lines("proc/self/cgroup").stream()
                .flatMap(line -> pidsMax(surroundings, line).stream())
                .filter(value -> value.matches("\\d+"))
                .mapToLong(Long::parseLong)
                .min();
    }

    private static List<String> pidsMax(Surroundings surroundings, String group) {
        String[] fields = group.split(":", 3);
        if (fields.length < 3 || !(fields[1].isEmpty() || fields[1].equals("pids"))) {
            return List.of();
        }
        String base = "sys/fs/cgroup/" + (fields[1].isEmpty() ? "" : "pids/");
        List<String> own = surroundings.lines(base + fields[2].replaceFirst("^/", "") + "/pids.max");
        return own.isEmpty() ? surroundings.lines(base + "pids.max") : own;
    }
}
