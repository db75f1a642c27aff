package io.forkless.cli.doctor;

import io.forkless.internal.control.DiskSpace;
import io.forkless.internal.control.RuntimeDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** No place for the small files of a supervisor: it is somebody else's, is on a full or a read-only disk, or has no inode left. */
final class UnusableRuntimeDirectory implements Trap {
    /** Some hundred times what they take. */
    private static final long ENOUGH_BYTES = 16L << 20;

    private static final int ATTEMPTS = 10;

    private static final String REMEDY = "choose another directory with " + RuntimeDirectory.OPTION + " or "
            + RuntimeDirectory.ENVIRONMENT + ", for the supervisor and all commands";

    @Override
    public List<Finding> find(Surroundings surroundings) {
        String probe = "doctor-" + surroundings.pid();
        try {
            for (int attempt = 1; ; attempt++) {
                Path directory = RuntimeDirectory.prepare();
                try {
                    return tryOut(directory, directory.resolve(probe));
                } catch (NoSuchFileException e) {
                    if (attempt == ATTEMPTS) { // else a supervisor that ended has removed it just now
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            // The message says already what may be done in that place.
            String what = e.getMessage().replaceFirst("[,;] (or )?choose .*", "");
            return List.of(new Finding(what, "that, or " + REMEDY));
        }
    }

    private static List<Finding> tryOut(Path directory, Path probe) throws IOException {
        try {
            Files.deleteIfExists(probe);
            Files.createFile(probe);
            Files.delete(probe);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            String reason = DiskSpace.reason(probe, e);
            return List.of(new Finding("a supervisor cannot keep files in " + directory + ": " + reason, REMEDY));
        }
        long free = Files.getFileStore(directory).getUsableSpace();
        RuntimeDirectory.removeIfEmpty(directory);
        return free >= ENOUGH_BYTES
                ? List.of()
                : List.of(new Finding(
                        "there are " + free + " bytes left in " + directory + ", where a supervisor keeps its files",
                        "remove files there, or " + REMEDY));
    }
}
