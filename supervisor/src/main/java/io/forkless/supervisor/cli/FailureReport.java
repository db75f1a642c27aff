package io.forkless.supervisor.cli;

import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** A person's mistake is one line; only a defect of ours shows a stack trace. */
final class FailureReport implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
        if (failure instanceof IOException) {
            commandLine.getErr().println("forkless: " + failure.getMessage());
        } else {
            failure.printStackTrace(commandLine.getErr());
        }
        return ExitStatus.of(failure);
    }
}
