package io.forkless.cli;

import io.forkless.supervisor.admin.AdminClient;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code forkless scale}. */
@Command(
        name = "scale",
        description = {
            "Changes the number of workers: starts more, or drains some.",
            "Does not wait for either: see 'forkless status'."
        },
        exitCodeList = {"0:it has begun", AdminCommand.USAGE, AdminCommand.UNREACHABLE, AdminCommand.REFUSED},
        footer = {"", "Example: forkless scale --name web -- -1"})
final class ScaleCommand extends AdminCommand {
    @Parameters(paramLabel = "N", description = "How many, or by how many: 4, +1, -1.")
    private String workers;

    @Override
    int execute(AdminClient supervisor, PrintWriter out) throws IOException, RefusedException, FailedException {
        out.println(supervisor.execute("scale", workers));
        return ExitStatus.OK;
    }
}
