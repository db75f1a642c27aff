package io.forkless.cli;

import io.forkless.cli.doctor.Finding;
import io.forkless.cli.doctor.Traps;
import io.forkless.spi.ListenerProviders;
import io.forkless.spi.ListenerProviders.Candidate;
import io.forkless.spi.NoProviderException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code forkless doctor}: what this machine can do, what to change where it cannot, and what will make trouble. */
@Command(
        name = "doctor",
        description = {
            "Shows each listener provider, whether it works here, why not, and what to do.",
            "Then warns of what makes trouble later on, as far as it can be seen from here, with a remedy. Run it as you"
                    + " run the supervisor: by the same user, in the same environment."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:a provider fits", "3:none fits, or not the one that is asked for"})
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private RuntimeDirectoryOption runtimeDirectory;

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
        for (Finding finding : Traps.findings()) {
            out.printf("%-10s %s%n%-10s remedy: %s%n", "warning", finding.what(), "", finding.remedy());
        }
        return problem == null ? ExitStatus.OK : ExitStatus.CANNOT_START;
    }
}
