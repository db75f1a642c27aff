package io.forkless.worker;

import io.forkless.internal.control.FileType;
import io.forkless.spi.HostProcess;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The log file that is this process's standard output and error, so that no other process has to copy what it prints. */
final class OwnOutput {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    /** A link to {@code /proc/self/fd} on Linux, proc_pid_fd(5); a file system of its own on macOS. */
    private static final Path DESCRIPTORS = Path.of("/dev/fd");

    private OwnOutput() {}

    /**
     * Whether this process can go on in a new file when the supervisor has renamed that one. It cannot on Windows, nor if a
     * command in between has redirected one of the streams.
     *
     * @param file {@code null} if the supervisor reads the output
     */
    static boolean canReopen(Path file) {
        return file != null
                && isOpenAs("1", file)
                && isOpenAs("2", file)
                && HostProcess.find().isPresent();
    }

    /** Goes on in a new file of that name, or in the one that is there. May wait for the disk. */
    static synchronized void reopen(Path file) {
        try {
            if (FileType.isFifo(file)) {
                throw new IOException("append output to " + file + ": it is a FIFO");
            }
            Optional<HostProcess> host = HostProcess.find();
            if (host.isPresent()) {
                host.get().appendOutputTo(file);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, e.getMessage() + "; output goes on in the file that is open");
        }
    }

    private static boolean isOpenAs(String descriptor, Path file) {
        try {
            return Files.isSameFile(DESCRIPTORS.resolve(descriptor), file);
        } catch (IOException e) {
            return false; // there is no such directory, or the file is gone
        }
    }
}
