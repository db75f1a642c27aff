package io.forkless.nio;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where JNA unpacks its own library. It takes a cache directory below the user's home, and where a user has no home, which Java
 * then calls {@code ?}, a directory of that name in the working directory, where it would stay.
 */
public final class NativeLibraries {
    /** As JNA names it. */
    private static final String PROPERTY = "jna.tmpdir";

    private NativeLibraries() {}

    /** To be called before anything else of JNA is; has no effect for a user with a home, or on a choice that was made. */
    public static void unpackOutsideOfTheWorkingDirectory() {
        if (System.getProperty(PROPERTY) == null && !isAbsolute(cache())) {
            System.setProperty(PROPERTY, System.getProperty("java.io.tmpdir"));
        }
    }

    /** As JNA chooses it on Linux. */
    private static String cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        return cache == null || cache.isBlank() ? System.getProperty("user.home") : cache;
    }

    private static boolean isAbsolute(String path) {
        try {
            return Path.of(path).isAbsolute();
        } catch (InvalidPathException e) { // in a locale without its characters; JNA may fare better
            return true;
        }
    }
}
