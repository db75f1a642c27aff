package io.forkless.cli;

import io.forkless.internal.control.NativeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** A person's mistake is one line, and where to look; only a defect of ours shows a stack trace. */
final class FailureReport implements IExecutionExceptionHandler, IParameterExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed) {
        if (failure instanceof IOException) {
            commandLine.getErr().println("forkless: " + oneLine(failure.getMessage()));
        } else if (failure instanceof InvalidPathException path) {
            String name = NativeText.visible(path.getInput());
            commandLine.getErr().println("forkless: '" + name + "' is no name of a file here: " + NativeText.reason());
            return ExitStatus.CANNOT_START;
        } else {
            failure.printStackTrace(commandLine.getErr());
        }
        return ExitStatus.of(failure);
    }

    @Override
    public int handleParseException(ParameterException mistake, String[] arguments) {
        CommandLine commandLine = mistake.getCommandLine();
        PrintWriter err = commandLine.getErr();
        err.println("forkless: " + oneLine(mistake.getMessage()));
        UnmatchedArgumentException.printSuggestions(mistake, err);
        err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
        return ExitStatus.USAGE;
    }

    /** What somebody has typed may be in it. */
    private static String oneLine(String message) {
        return String.valueOf(message).replaceAll("\\p{Cntrl}+", " ");
    }
}
