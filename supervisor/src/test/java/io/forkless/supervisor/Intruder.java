package io.forkless.supervisor;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Tries every way into each of the paths that are its arguments, and says which ones are open. */
final class Intruder {
    private interface Attempt {
        void make(Path path) throws IOException;
    }

    private Intruder() {}

    public static void main(String[] arguments) {
        for (String argument : arguments) {
            Path path = Path.of(argument);
            attempt("read", path, Files::readAllBytes);
            attempt(
                    "write",
                    path,
                    file -> Files.newByteChannel(file, StandardOpenOption.WRITE).close());
            attempt(
                    "connect",
                    path,
                    socket -> SocketChannel.open(UnixDomainSocketAddress.of(socket))
                            .close());
            attempt("list", path, directory -> {
                try (Stream<Path> files = Files.list(directory)) {
                    files.forEach(file -> {});
                }
            });
            attempt("create", path, directory -> Files.createFile(directory.resolve("intruder")));
            attempt("delete", path, Files::delete);
        }
        System.out.println("tried " + arguments.length + " paths");
    }

    private static void attempt(String kind, Path path, Attempt attempt) {
        try {
            attempt.make(path);
            System.out.println("open: " + kind + " " + path);
        } catch (IOException | RuntimeException e) {
            // denied
        }
    }
}
