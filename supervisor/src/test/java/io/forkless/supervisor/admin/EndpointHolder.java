package io.forkless.supervisor.admin;

import java.io.IOException;
import java.nio.file.Path;

/** A program that takes a name, or the file of one, says so, and keeps it until its standard input ends. */
final class EndpointHolder {
    private EndpointHolder() {}

    public static void main(String[] arguments) throws IOException {
        try (Endpoint lock = claim(arguments[0])) {
            System.out.println("held by " + ProcessHandle.current().pid() + ": " + lock);
            while (System.in.read() >= 0) {
                // until the end
            }
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }

    private static Endpoint claim(String name) throws IOException {
        Path file = Path.of(name);
        return file.isAbsolute() ? Endpoint.claim("earlier", file) : Endpoint.claim(name);
    }
}
