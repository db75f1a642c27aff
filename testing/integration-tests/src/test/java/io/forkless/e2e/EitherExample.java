package io.forkless.e2e;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.jar.JarFile;

/** A worker that is one of two programs, by turns of its index: {@code EitherExample JAR JAR ARGUMENT…}. */
final class EitherExample {
    private EitherExample() {}

    public static void main(String[] arguments) throws Exception {
        int index = Integer.parseInt(System.getenv("FORKLESS_WORKER_INDEX"));
        File jar = new File(arguments[index % 2]);
        String main;
        try (JarFile file = new JarFile(jar)) {
            main = file.getManifest().getMainAttributes().getValue("Main-Class");
        }
        @SuppressWarnings("resource") // for as long as the program runs
        ClassLoader loader = new URLClassLoader(new URL[] {jar.toURI().toURL()}, EitherExample.class.getClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        System.out.println("worker " + index + " is " + jar.getName());
        var method = loader.loadClass(main).getMethod("main", String[].class);
        method.setAccessible(true); // the class is not public, which the launcher of a JVM does not mind
        method.invoke(null, (Object) Arrays.copyOfRange(arguments, 2, arguments.length));
    }
}
