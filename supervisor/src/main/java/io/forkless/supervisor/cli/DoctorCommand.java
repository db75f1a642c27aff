package io.forkless.supervisor.cli;

import io.forkless.spi.ListenerProviders;
import io.forkless.spi.ListenerProviders.Candidate;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code forkless doctor}: what this machine can do, and what to change where it cannot. */
@Command(
        name = "doctor",
        description = "Shows each listener provider, whether it works here, why not, and what to do.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:at least one provider fits", "3:none fits"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println(new Main.Version().getVersion()[0]);
        List<Candidate> candidates = ListenerProviders.candidates();
        boolean chosen = false;
        for (Candidate candidate : candidates) {
            boolean first = candidate.fitness().fits() && !chosen;
            chosen |= first;
            out.printf(
                    "%-10s %-12s %s%s%n",
                    candidate.name(),
                    candidate.fitness().fits() ? "fits" : "does not fit",
                    candidate.fitness().reason(),
                    first ? " (chosen by default)" : "");
            if (!candidate.fitness().fits()) {
                out.printf("%-23s remedy: %s%n", "", candidate.fitness().remedy());
            }
        }
        if (candidates.isEmpty()) {
            out.println("no provider is on the class path; add forkless-posix-provider");
        }
        return chosen ? ExitStatus.OK : ExitStatus.CANNOT_START;
    }
}
