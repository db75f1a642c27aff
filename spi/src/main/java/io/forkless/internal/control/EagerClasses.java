package io.forkless.internal.control;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads classes before they are needed. A JVM reads its jars when it needs a class: if somebody has written another file over
 * one by then, all that it has not loaded is lost. What cannot be loaded is left out.
 *
 * <p>There is no lambda here: JDK 25 crashes at its exit if one is linked while it writes an archive of classes.
 */
public final class EagerClasses {
    private static final System.Logger LOG = System.getLogger(EagerClasses.class.getName());
    private static final String SUFFIX = ".class";

    private final Class<?> neighbour;

    /** What names of resources may begin with. */
    private final List<String> prefixes = new ArrayList<>();

    private final Set<String> names = new LinkedHashSet<>();

    private EagerClasses(Class<?> neighbour) {
        this.neighbour = neighbour;
    }

    /**
     * Those classes and the ones that are nested in them, which are all initialized, so that what they need for it is there as
     * well.
     *
     * @param neighbour whose loader has these classes
     */
    public static void initialize(Class<?> neighbour, List<String> classes) {
        EagerClasses eager = new EagerClasses(neighbour);
        List<String> places = new ArrayList<>();
        for (String name : classes) {
            String path = name.replace('.', '/');
            eager.prefixes.add(path + SUFFIX);
            eager.prefixes.add(path + "$");
            places.add(path + SUFFIX);
        }
        eager.load(places, true);
    }

    /**
     * All classes in those packages and below them, which are not initialized. Takes some ten milliseconds.
     *
     * @param neighbour a class that is with them on the class path, or the module path
     */
    public static void loadPackages(Class<?> neighbour, List<String> packages) {
        EagerClasses eager = new EagerClasses(neighbour);
        for (String name : packages) {
            eager.prefixes.add(name.replace('.', '/') + "/");
        }
        List<String> places = new ArrayList<>(eager.prefixes);
        places.add(neighbour.getName().replace('.', '/') + SUFFIX); // some jars have no entries for directories
        eager.load(places, false);
    }

    private void load(List<String> places, boolean initialize) {
        ClassLoader loader = neighbour.getClassLoader();
        try {
            if (neighbour.getModule().isNamed()) {
                findInModules(neighbour.getModule().getLayer());
            } else {
                findOnClassPath(loader, places);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "which classes there are cannot be told", e);
        }
        for (String name : names) {
            try {
                Class.forName(name, initialize, loader);
            } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
                // of another system's library, or of a library that is not there
            }
        }
    }

    /** @param places resources that are where the classes are */
    private void findOnClassPath(ClassLoader loader, List<String> places) throws IOException {
        Set<URL> jars = new HashSet<>();
        for (String place : places) {
            for (URL url : Collections.list(loader.getResources(place))) {
                if (url.getProtocol().equals("file")) {
                    findInDirectory(new File(URI.create(url.toString())), place);
                } else if (url.openConnection() instanceof JarURLConnection jar && jars.add(jar.getJarFileURL())) {
                    findInJar(jar);
                }
            }
        }
    }

    /** @param place the path of that file as a resource */
    private void findInDirectory(File file, String place) {
        File directory = file.isDirectory() ? file : file.getParentFile();
        String path = place.substring(0, place.lastIndexOf('/') + 1);
        File[] files = directory.listFiles();
        if (files != null) {
            for (File found : files) {
                add(path + found.getName());
                if (found.isDirectory() && isWanted(path + found.getName())) {
                    findInDirectory(found, path + found.getName() + "/");
                }
            }
        }
    }

    private void findInJar(JarURLConnection connection) throws IOException {
        connection.setUseCaches(false); // so that it can be closed
        try (JarFile jar = connection.getJarFile()) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                add(entry.getName());
            }
        }
    }

    private void findInModules(ModuleLayer layer) throws IOException {
        for (ResolvedModule module : layer.configuration().modules()) {
            if (hasWantedPackage(module)) {
                try (ModuleReader reader = module.reference().open()) {
                    for (Object resource : reader.list().toArray()) {
                        add(resource.toString());
                    }
                }
            }
        }
    }

    private boolean hasWantedPackage(ResolvedModule module) {
        for (String name : module.reference().descriptor().packages()) {
            String directory = name.replace('.', '/') + "/";
            for (String prefix : prefixes) {
                if (directory.startsWith(prefix)
                        || directory.equals(prefix.substring(0, prefix.lastIndexOf('/') + 1))) {
                    return true;
                }
            }
        }
        return false;
    }

    private void add(String resource) {
        if (resource.endsWith(SUFFIX) && isWanted(resource)) {
            names.add(resource.substring(0, resource.length() - SUFFIX.length()).replace('/', '.'));
        }
    }

    private boolean isWanted(String resource) {
        for (String prefix : prefixes) {
            if (resource.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
