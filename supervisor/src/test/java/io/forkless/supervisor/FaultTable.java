package io.forkless.supervisor;

import java.util.ArrayList;
import java.util.List;

/** What became of each fault, one line each, printed at the end of a test class. */
public final class FaultTable {
    private final List<String> rows = new ArrayList<>();

    /**
     * @param served requests that were answered meanwhile
     * @param refused connections while a worker lived
     * @param lost connected and not answered
     * @param unavoidable how many of them at most the victim alone had accepted
     */
    public void add(String fault, int served, int refused, int lost, int unavoidable) {
        rows.add(String.format(
                "| %s | %d | %d | %d | %d |", fault, served, refused, lost, Math.max(0, lost - unavoidable)));
    }

    public void print() {
        System.out.println("| fault | served meanwhile | refused | cut off | lost beyond the unavoidable |");
        System.out.println("|---|---|---|---|---|");
        rows.forEach(System.out::println);
    }
}
