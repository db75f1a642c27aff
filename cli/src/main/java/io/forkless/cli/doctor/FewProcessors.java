package io.forkless.cli.doctor;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A container that may use some of the machine's processors, or parts of them: there are as many workers by default. */
final class FewProcessors implements Trap {
    /** Numbers and ranges of them, such as {@code 0-3,8}; see cputopology.rst of the Linux kernel. */
    private static final String ONLINE = "sys/devices/system/cpu/online";

    private static final Pattern RANGE = Pattern.compile("(\\d{1,6})(?:-(\\d{1,6}))?");

    @Override
    public List<Finding> find(Surroundings surroundings) {
        int available = surroundings.processors();
        long online = surroundings.lines(ONLINE).stream()
                .flatMap(line -> RANGE.matcher(line).results())
                .mapToLong(FewProcessors::count)
                .sum();
        return available >= online
                ? List.of()
                : List.of(new Finding(
                        "this process may use " + available + " of " + online
                                + " processors, by a quota, a set of processors or an option of the JVM: there are as many"
                                + " workers unless --workers says another number",
                        "choose --workers, at least 2 for one to serve while another one is started again"));
    }

    private static long count(MatchResult range) {
        long first = Long.parseLong(range.group(1));
        return range.group(2) == null ? 1 : Long.parseLong(range.group(2)) - first + 1;
    }
}
