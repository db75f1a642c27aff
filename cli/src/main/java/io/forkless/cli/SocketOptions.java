package io.forkless.cli;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.UnixListenSpec;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Who may connect to the Unix-domain listeners of the command line. */
final class SocketOptions {
    @Option(
            names = "--socket-mode",
            paramLabel = "OCTAL",
            converter = ModeConverter.class,
            description = "The mode of each --listen unix:PATH; default: 0660, whatever the umask.")
    private Integer mode;

    @Option(
            names = "--socket-owner",
            paramLabel = "USER",
            description = "The owner of each --listen unix:PATH, by name or number; needs root. Default: this user.")
    private String owner;

    @Option(
            names = "--socket-group",
            paramLabel = "GROUP",
            description =
                    "The group of each --listen unix:PATH, by name or number; needs root, or a group of this user."
                            + " Default: what the system gives it.")
    private String group;

    /** @throws IllegalArgumentException if there is no such path, or a name is none of an account */
    List<ListenSpec> applyTo(List<ListenSpec> listen) {
        boolean given = Stream.of(mode, owner, group).anyMatch(Objects::nonNull);
        if (given && listen.stream().noneMatch(UnixListenSpec.class::isInstance)) {
            throw new IllegalArgumentException(
                    "--socket-mode, --socket-owner and --socket-group are for --listen unix:PATH, which is missing");
        }
        return listen.stream().map(this::applyTo).toList();
    }

    private ListenSpec applyTo(ListenSpec spec) {
        return spec instanceof UnixListenSpec unix
                ? unix.withMode(mode == null ? unix.mode() : mode)
                        .withOwner(owner)
                        .withGroup(group)
                : spec;
    }

    static final class ModeConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            if (!value.matches("0*[0-7]{1,3}")) {
                throw new TypeConversionException(
                        "'" + value + "' is not an octal mode from 0000 to 0777, such as 0660");
            }
            return Integer.parseInt(value, 8);
        }
    }
}
