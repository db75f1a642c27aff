package io.forkless.supervisor.process;

import io.forkless.internal.control.BootstrapFile;
import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.Renewable;
import io.forkless.internal.control.Scoreboard;
import io.forkless.internal.control.WorkerRecord;
import io.forkless.supervisor.output.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The records of a service's workers, which tell the next supervisor whom this one has left. Thread-safe.
 */
public final class Roster implements Renewable {
    private static final ProcessIdentity OWN = ProcessIdentity.own();
    private static final System.Logger LOG = Log.supervisor();

    private final PrivateDirectory directory;
    private final String name;
    private final Path endpoint;
    private final String origin;
    private final Duration orphanTimeout;
    private final Duration drainTimeout;
    private final Map<Path, WorkerRecord> records = new LinkedHashMap<>();

    /**
     * @param name of the supervisor
     * @param endpoint the file that guards the name
     * @param origin a digest of what workers are started with now
     * @param orphanTimeout how long workers serve on without a supervisor; with zero there are no records
     * @param drainTimeout how long a worker may take to drain
     */
    public Roster(
            PrivateDirectory directory,
            String name,
            Path endpoint,
            String origin,
            Duration orphanTimeout,
            Duration drainTimeout) {
        this.directory = directory;
        this.name = name;
        this.endpoint = endpoint;
        this.origin = origin;
        this.orphanTimeout = orphanTimeout;
        this.drainTimeout = drainTimeout;
    }

    /** The workers that an earlier supervisor has left and whose processes run, by their files. Other records are removed. */
    public synchronized Map<Path, WorkerRecord> takeLeft() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.path(), "*" + WorkerRecord.FILE_SUFFIX)) {
            for (Path file : files) {
                takeLeft(file);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.WARNING, "cannot look for workers in {0}: {1}", directory.path(), e.getMessage());
        }
        return new LinkedHashMap<>(records);
    }

    private void takeLeft(Path file) {
        try {
            WorkerRecord record = WorkerRecord.read(file);
            if (record.index() < 0 || record.index() >= Scoreboard.CAPACITY) {
                throw new IOException("no worker has the index " + record.index());
            }
            if (record.isAlive()) {
                records.put(file, record);
                return;
            }
            LOG.log(Level.DEBUG, "{0} has ended", record);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} is of no worker, and is removed: {1}", file, e.getMessage());
        }
        delete(file);
    }

    /** Whether that worker was started with what workers are started with now. */
    boolean isCurrent(WorkerRecord record) {
        return record.origin().equals(origin);
    }

    /** What a worker has to know of the service; {@code null} without a name: it drains when its supervisor goes. */
    BootstrapFile.Service serviceOf(Path file) {
        return directory.isOfService() ? new BootstrapFile.Service(name, endpoint, file, origin, orphanTimeout) : null;
    }

    Path fileOf(String id) {
        return directory.resolve(id + WorkerRecord.FILE_SUFFIX);
    }

    /** @throws IOException if it cannot be written */
    synchronized void add(Path file, int index, String token, ProcessHandle spawned) throws IOException {
        ProcessIdentity identity = ProcessIdentity.of(spawned.pid()).orElse(null);
        if (identity != null && !orphanTimeout.isZero()) { // without an identity it has just ended
            WorkerRecord record = new WorkerRecord(index, token, identity, null, origin, drainTimeout, OWN);
            record.writeTo(file);
            records.put(file, record);
        }
    }

    /** Records that this process speaks for the worker. */
    synchronized void linked(Path file, ProcessHandle process) {
        WorkerRecord record = records.get(file);
        ProcessIdentity identity = ProcessIdentity.of(process.pid()).orElse(null);
        if (record == null || identity == null || identity.equals(record.linked())) {
            return;
        }
        replace(file, record.withLinked(identity));
    }

    /** All workers that are recorded here belong to this supervisor from now on. */
    synchronized void takeCharge() {
        for (Map.Entry<Path, WorkerRecord> entry : List.copyOf(records.entrySet())) {
            if (!OWN.equals(entry.getValue().supervisor())) {
                replace(entry.getKey(), entry.getValue().withSupervisor(OWN));
            }
        }
    }

    /** That worker is another supervisor's, as is its record. */
    synchronized void forget(Path file) {
        records.remove(file);
    }

    private void replace(Path file, WorkerRecord record) {
        records.put(file, record);
        try {
            record.writeTo(file);
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "cannot record worker {0}, which the next supervisor may not adopt: {1}",
                    record.index(),
                    e.getMessage());
        }
    }

    /** Its process has ended. */
    synchronized void remove(Path file) {
        records.remove(file);
        delete(file);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot remove the record of a worker", e);
        }
    }

    @Override
    public Path path() {
        return directory.path();
    }

    @Override
    public synchronized boolean isThere() {
        return records.keySet().stream().allMatch(Files::exists);
    }

    @Override
    public synchronized void makeAgain() throws IOException {
        for (Map.Entry<Path, WorkerRecord> entry : records.entrySet()) {
            if (Files.notExists(entry.getKey())) {
                entry.getValue().writeTo(entry.getKey());
            }
        }
    }

    @Override
    public synchronized void touch(FileTime now) throws IOException {
        for (Path file : records.keySet()) {
            Files.setLastModifiedTime(file, now);
        }
    }
}
