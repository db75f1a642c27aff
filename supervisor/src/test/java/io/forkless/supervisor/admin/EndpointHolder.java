package io.forkless.supervisor.admin;

import java.io.IOException;

/** A program that takes a name, says so, and keeps it until its standard input ends. */
final class EndpointHolder {
    private EndpointHolder() {}

    public static void main(String[] arguments) throws IOException {
        try (Endpoint lock = Endpoint.claim(arguments[0])) {
            System.out.println("held by " + ProcessHandle.current().pid() + ": " + lock);
            while (System.in.read() >= 0) {
                // until the end
            }
        } catch (IOException e) {
            System.out.println("refused: " + e.getMessage());
        }
    }
}
