package io.forkless.supervisor.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A program that takes a name and gives it back many times, and fails if it ever is not the only one to have it. */
final class EndpointContender {
    private EndpointContender() {}

    public static void main(String[] arguments) throws IOException {
        Path sole = Path.of(arguments[1]);
        int turns = 0;
        long end = System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000;
        // On a busy machine the others may have all turns for a while, but not after their end.
        while (System.nanoTime() < end || turns == 0) {
            Endpoint lock;
            try {
                lock = Endpoint.claim(arguments[0]);
            } catch (IOException refused) {
                if (!refused.getMessage().contains("is running already")) {
                    throw refused;
                }
                continue;
            }
            Files.createFile(sole); // fails if there is one
            Files.delete(sole);
            lock.close();
            turns++;
        }
        System.out.println(turns + " turns");
    }
}
