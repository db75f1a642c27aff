package io.forkless.cli;

import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.supervisor.output.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file with this process's pid, for service managers. One that a dead process has left is overwritten. */
final class PidFile implements Closeable {
    static final PidFile NONE = new PidFile(null);

    private final Path file;
    private final String pid = Long.toString(ProcessHandle.current().pid());

    private boolean handedOver;

    private PidFile(Path file) {
        this.file = file;
    }

    /**
     * @param file none if {@code null}
     * @throws IOException if it names a living process, is no regular file, or cannot be written
     */
    static PidFile write(Path file) throws IOException {
        PidFile pidFile = new PidFile(file);
        if (file != null) {
            if (Files.exists(file) && !Files.isRegularFile(file)) { // to open a FIFO would wait for ever
                throw new IOException("pid file " + file + " is not a regular file");
            }
            String present = pidFile.read();
            if (isAlive(present) && !present.equals(pidFile.pid)) {
                throw new IOException("pid file " + file + " names a running process (pid " + present
                        + "); if that is not this service, remove the file");
            }
            pidFile.write();
        }
        return pidFile;
    }

    /** Replaces that of the previous supervisor, which may be just ending. If it fails, the service goes on without one. */
    static PidFile overwrite(Path file) {
        if (file == null) {
            return NONE;
        }
        try {
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                throw new IOException("pid file " + file + " is not a regular file");
            }
            PidFile pidFile = new PidFile(file);
            pidFile.write();
            return pidFile;
        } catch (IOException e) {
            Log.supervisor().log(Level.WARNING, "{0}", e.getMessage());
            return NONE;
        }
    }

    private void write() throws IOException {
        try {
            Files.writeString(file, pid + "\n");
        } catch (IOException e) {
            throw new IOException("pid file: cannot write " + file + ": " + DiskSpace.reason(file, e), e);
        }
    }

    /** The next supervisor writes it, perhaps just now: when this one closes it, it stays. */
    void handOver() {
        handedOver = true;
    }

    @Override
    public void close() throws IOException {
        if (file != null && !handedOver && read().equals(pid)) {
            Files.deleteIfExists(file);
        }
    }

    /** Empty if there is none. */
    private String read() throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new IOException("pid file: cannot read " + file + ": " + e, e);
        }
    }

    private static boolean isAlive(String pid) {
        try {
            return ProcessIdentity.of(Long.parseLong(pid))
                    .isPresent(); // one that was killed may be a zombie for a while
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
