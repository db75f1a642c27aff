package io.forkless.e2e.field;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Prints two files, byte by byte as they are, and ends with an error: {@code PrintingWorker FILE-FOR-OUTPUT
 * FILE-FOR-ERRORS}.
 */
final class PrintingWorker {
    /** For its supervisor to read what it has printed, on a machine that is busy. */
    private static final long PAUSE_MILLIS = 2000;

    private PrintingWorker() {}

    public static void main(String[] files) throws Exception {
        Thread errors = new Thread(() -> print(files[1], FileDescriptor.err));
        errors.start();
        print(files[0], FileDescriptor.out);
        errors.join();
        Thread.sleep(PAUSE_MILLIS);
        System.exit(1);
    }

    private static void print(String file, FileDescriptor to) {
        try (OutputStream out = new FileOutputStream(to)) {
            Files.copy(Path.of(file), out);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
