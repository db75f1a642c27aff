package io.forkless.tck.adapter;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The class path of a program whose server is older than the adapter can work with: the jars in the directory that {@code
 * forkless.test.olderHost} names, and nothing of the server that the tests run with.
 */
public final class OlderHost implements AutoCloseable {
    private final URLClassLoader loader;

    /** @param others classes whose directories or jars are on that class path as well */
    public OlderHost(Class<?>... others) throws IOException {
        List<URL> classPath = new ArrayList<>();
        for (Class<?> other : others) {
            classPath.add(other.getProtectionDomain().getCodeSource().getLocation());
        }
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("forkless.test.olderHost")))) {
            for (Path jar : jars.toList()) {
                classPath.add(jar.toUri().toURL());
            }
        }
        loader = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** A class as that program sees it. */
    public Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, true, loader);
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
