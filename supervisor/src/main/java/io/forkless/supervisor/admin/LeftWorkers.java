package io.forkless.supervisor.admin;

import io.forkless.internal.control.PrivateDirectory;
import io.forkless.internal.control.WorkerRecord;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The workers of a service that are running according to their records: without a supervisor, those that it has left.
 *
 * @param name of the service
 */
public record LeftWorkers(String name, List<WorkerRecord> records) {
    /** For a service of this process's user. */
    public static LeftWorkers of(String name) throws IOException {
        return Places.ofThisUser().leftWorkers(name);
    }

    /** @param runtimeDirectory where the service has its files; nobody else can write there */
    static LeftWorkers in(Path runtimeDirectory, String name) {
        List<WorkerRecord> records = new ArrayList<>();
        Path directory = PrivateDirectory.pathOfService(runtimeDirectory, name);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + WorkerRecord.FILE_SUFFIX)) {
            for (Path file : files) {
                addIfAlive(file, records);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // there is no such service
        }
        return new LeftWorkers(name, records);
    }

    private static void addIfAlive(Path file, List<WorkerRecord> records) {
        try {
            WorkerRecord record = WorkerRecord.read(file);
            if (record.isAlive()) {
                records.add(record);
            }
        } catch (IOException e) {
            // not a record; a supervisor that starts will say so
        }
    }

    public boolean isEmpty() {
        return records.isEmpty();
    }

    /** How long the slowest of them may take to drain. */
    public Duration drainTimeout() {
        return records.stream()
                .map(WorkerRecord::drainTimeout)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /**
     * Completes the message that there is no supervisor.
     *
     * @param foreign whether the service is another user's
     */
    String hint(boolean foreign) {
        if (isEmpty()) {
            return "";
        }
        String pids = records.stream()
                .map(record -> Long.toString(record.process().pid()))
                .sorted()
                .collect(Collectors.joining(", "));
        return "its supervisor has died, and " + records.size() + " workers serve on for a while (pids " + pids
                + "): start it again, or drain them with 'forkless stop --name " + name + "'"
                + (foreign ? " as that user" : "");
    }
}
