package io.forkless.cli;

import io.forkless.spi.ListenerProviders;
import io.forkless.spi.ListenerProviders.Candidate;
import io.forkless.spi.NoProviderException;
import java.io.PrintWriter;
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
        exitCodeList = {"0:a provider fits", "3:none fits, or not the one that is asked for"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println(new Main.Version().getVersion()[0]);
        String chosen = null;
        String problem = null;
        try {
            chosen = ListenerProviders.select().name();
        } catch (NoProviderException e) {
            problem = e.getMessage();
        }
        for (Candidate candidate : ListenerProviders.candidates()) {
            boolean fits = candidate.fitness().fits();
            out.printf(
                    "%-10s %-12s %s%s%n",
                    candidate.name(),
                    fits ? "fits" : "does not fit",
                    candidate.fitness().reason(),
                    candidate.name().equals(chosen) ? " (chosen)" : "");
            if (!fits) {
                out.printf("%-23s remedy: %s%n", "", candidate.fitness().remedy());
            }
        }
        if (problem != null) {
            out.println(problem);
        }
        return problem == null ? ExitStatus.OK : ExitStatus.CANNOT_START;
    }
}
