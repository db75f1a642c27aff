package io.forkless.tck;

import java.io.IOException;
import java.util.List;

/**
 * Starts a program the way a worker's native code might do it, with all handles that can be inherited.
 *
 * <p>{@link ProcessBuilder} is good enough on Windows. On POSIX systems it closes every descriptor in the child by
 * itself, so that a missing close-on-exec flag stays unseen; a provider for these gives a starter that calls system(3) or
 * posix_spawn(3). It needs a public class and constructor: it also runs in the workers.
 */
public interface ChildStarter {
    /** @return the pid of the program, or of one that waits for it */
    long start(List<String> command) throws IOException;

    /** The JDK's own way. */
    final class OfTheJdk implements ChildStarter {
        @Override
        public long start(List<String> command) throws IOException {
            // On Windows every inheritable handle goes to the child, whatever becomes of its standard streams.
            return new ProcessBuilder(command).inheritIO().start().pid();
        }
    }
}
