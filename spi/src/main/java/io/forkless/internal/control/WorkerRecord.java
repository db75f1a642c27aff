package io.forkless.internal.control;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;

/**
 * What the next supervisor of a service has to know of a worker that this one leaves behind. Its file is in the directory of the
 * service and readable by the owner alone, and stays as long as the worker's process runs. Immutable.
 *
 * @param index the worker's index
 * @param token the worker's secret, by which it is recognised when it calls
 * @param spawned the process that was started
 * @param linked the process that has called: the same, or a descendant; {@code null} if none has called yet
 * @param origin a digest of what the worker was started with
 * @param drainTimeout how long it may take to drain
 * @param supervisor the supervisor that it belongs to; {@code null} if that is unknown
 */
public record WorkerRecord(
        int index,
        String token,
        ProcessIdentity spawned,
        ProcessIdentity linked,
        String origin,
        Duration drainTimeout,
        ProcessIdentity supervisor) {
    /** The end of the file's name. */
    public static final String FILE_SUFFIX = ".worker";

    private static final int VERSION = 1;
    private static final int MAX_BYTES = 4096;

    public WorkerRecord {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(spawned, "spawned");
        Objects.requireNonNull(origin, "origin");
    }

    /** Of a worker that knows of no supervisor. */
    public WorkerRecord(
            int index,
            String token,
            ProcessIdentity spawned,
            ProcessIdentity linked,
            String origin,
            Duration drainTimeout) {
        this(index, token, spawned, linked, origin, drainTimeout, null);
    }

    public WorkerRecord withLinked(ProcessIdentity newLinked) {
        return new WorkerRecord(index, token, spawned, newLinked, origin, drainTimeout, supervisor);
    }

    public WorkerRecord withSupervisor(ProcessIdentity newSupervisor) {
        return new WorkerRecord(index, token, spawned, linked, origin, drainTimeout, newSupervisor);
    }

    /** The process that serves, as far as is known. */
    public ProcessIdentity process() {
        return linked == null ? spawned : linked;
    }

    /** Whether one of its processes is running. */
    public boolean isAlive() {
        return spawned.isAlive() || linked != null && linked.isAlive();
    }

    /** Replaces the file in one step: no reader sees half of it. */
    public void writeTo(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("version", Integer.toString(VERSION));
        properties.setProperty("index", Integer.toString(index));
        properties.setProperty("token", token);
        properties.setProperty("spawned", spawned.toString());
        if (linked != null) {
            properties.setProperty("linked", linked.toString());
        }
        if (supervisor != null) {
            properties.setProperty("supervisor", supervisor.toString());
        }
        properties.setProperty("origin", origin);
        properties.setProperty("drain-timeout", Long.toString(drainTimeout.toMillis()));
        StringWriter text = new StringWriter();
        properties.store(text, null);
        PrivateDirectory.replace(file, text.toString());
    }

    /** Writes it if somebody has removed it while there is no supervisor. */
    public void restoreAt(Path file) throws IOException {
        if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
            PrivateDirectory.restoreService(file.getParent());
            writeTo(file);
        }
    }

    /**
     * Reads a record, and ignores properties that it does not know, which a later version may have added.
     *
     * @throws IOException if it is not a record; the message does not repeat the contents, which are secret
     */
    public static WorkerRecord read(Path file) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(PrivateDirectory.read(file, MAX_BYTES)));
            int version = Integer.parseInt(properties.getProperty("version"));
            if (version != VERSION) {
                throw new IOException("it is of version " + version + ", and this Forkless knows version " + VERSION);
            }
            return new WorkerRecord(
                    Integer.parseInt(properties.getProperty("index")),
                    properties.getProperty("token"),
                    ProcessIdentity.parse(properties.getProperty("spawned")),
                    identity(properties, "linked"),
                    properties.getProperty("origin"),
                    Duration.ofMillis(Long.parseLong(properties.getProperty("drain-timeout"))),
                    identity(properties, "supervisor"));
        } catch (FileSystemException e) {
            throw new IOException(DiskSpace.reason(file, e), e);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new IOException("it is not the record of a worker"); // a cause would repeat the contents
        }
    }

    private static ProcessIdentity identity(Properties properties, String name) {
        String text = properties.getProperty(name);
        return text == null ? null : ProcessIdentity.parse(text);
    }

    @Override
    public String toString() {
        return "WorkerRecord[worker " + index + ", " + process() + "]"; // never the token
    }
}
