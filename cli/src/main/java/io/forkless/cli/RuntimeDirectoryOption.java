package io.forkless.cli;

import io.forkless.internal.control.RuntimeDirectory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where files are made and looked for, of all commands. It is one for the process, and holds as soon as it is parsed. */
final class RuntimeDirectoryOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = RuntimeDirectory.OPTION,
            paramLabel = "DIRECTORY",
            description = "Where the supervisor keeps its sockets and its other small files while it runs, and where"
                    + " commands look for it; made if it is missing. Default: $" + RuntimeDirectory.ENVIRONMENT
                    + ", else one for each user below the directory for temporary files.")
    private void choose(String directory) {
        if (directory.isEmpty()) {
            throw new ParameterException(spec.commandLine(), RuntimeDirectory.OPTION + " is empty");
        }
        System.setProperty(RuntimeDirectory.PROPERTY, directory);
    }

    /** What another command needs to find the same supervisor, to be put behind its name. */
    static String repeated() {
        String directory = System.getProperty(RuntimeDirectory.PROPERTY);
        return directory == null ? "" : " " + RuntimeDirectory.OPTION + " " + directory;
    }
}
