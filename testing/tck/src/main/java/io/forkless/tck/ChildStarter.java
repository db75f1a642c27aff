package io.forkless.tck;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts a program the way a worker's native code might do it, with all handles that can be inherited.
 *
 * <p>{@link ProcessBuilder} is good enough on Windows. On POSIX systems it closes every descriptor in the child by
 * itself, so that a missing close-on-exec flag stays unseen: there a provider's test gives {@link OfLibC}, or one of its
 * own. A starter needs a public class and constructor: it also runs in the workers.
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

    /** By system(3), on POSIX systems. Needs JNA on the class path, which the kit does not bring along. */
    final class OfLibC implements ChildStarter {
        @Override
        public long start(List<String> command) throws IOException {
            Path pid = Files.createTempFile("child", ".pid");
            try {
                String line = "'" + String.join("' '", command) + "' >/dev/null & echo $! >'" + pid + "'";
                int status = Native.load("c", LibC.class).system(line);
                if (status != 0) {
                    throw new IOException("system(3) returned " + status);
                }
                return Long.parseLong(Files.readString(pid).trim());
            } finally {
                Files.delete(pid);
            }
        }

        interface LibC extends Library {
            int system(String command);
        }
    }
}
