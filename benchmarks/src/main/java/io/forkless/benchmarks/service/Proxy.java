package io.forkless.benchmarks.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What distributes requests over servers.
 *
 * @param file the name of its configuration among our resources
 * @param command what runs it in the foreground, before that file's path
 * @param server how the configuration names a server, given its index and port
 * @param drain called before a server is stopped
 * @param ready called when it has been started again
 */
public record Proxy(String file, List<String> command, String server, Step drain, Step ready) {
    /** One that is told nothing about its servers. */
    public Proxy(String file, List<String> command, String server) {
        this(file, command, server, (directory, index) -> {}, (directory, index) -> {});
    }

    /** What is done about one server, given its index and the directory of the proxy's files. */
    @FunctionalInterface
    public interface Step {
        void run(Path directory, int server) throws IOException;
    }
}
