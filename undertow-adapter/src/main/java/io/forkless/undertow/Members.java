package io.forkless.undertow;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/** Looks up members of other people's classes, and remembers the names of those that are not there. */
final class Members {
    private interface Lookup {
        MethodHandle find() throws ReflectiveOperationException;
    }

    private final ClassLoader loader;
    private final String host;
    private final List<String> missing = new ArrayList<>();

    /** @param host whose members these are, with its version, for the message */
    Members(ClassLoader loader, String host) {
        this.loader = loader;
        this.host = host;
    }

    /**
     * @throws IllegalStateException if something that was looked up is missing
     */
    void require() {
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    host + " has no " + String.join(", no ", missing)
                            + ": this version of forkless-undertow-adapter does not fit it; it is made for Undertow 2.3 and 2.4");
        }
    }

    /** The type of that name, or null. */
    Class<?> type(String name) {
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            missing.add(name);
            return null;
        }
    }

    /** A handle from (object, parameters) to the result, all of type Object; or null. */
    MethodHandle method(String type, String name, Class<?>... parameters) {
        return find(type + "." + name, () -> {
            Method method = Class.forName(type, true, loader).getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return MethodHandles.lookup().unreflect(method);
        });
    }

    /** A handle from the parameters to the new object, all of type Object; or null. */
    MethodHandle constructor(String type, Class<?>... parameters) {
        return find(type + ".<init>", () -> {
            Constructor<?> constructor = Class.forName(type, true, loader).getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return MethodHandles.lookup().unreflectConstructor(constructor);
        });
    }

    /** A handle from the object to the field's value, both of type Object; or null. */
    MethodHandle field(String type, String name) {
        return find(type + "." + name, () -> {
            Field field = Class.forName(type, true, loader).getDeclaredField(name);
            field.setAccessible(true);
            return MethodHandles.lookup().unreflectGetter(field);
        });
    }

    private MethodHandle find(String name, Lookup lookup) {
        try {
            MethodHandle handle = lookup.find();
            return handle.asType(handle.type().generic());
        } catch (ReflectiveOperationException | RuntimeException e) { // not there, not accessible, a type is missing
            missing.add(name);
            return null;
        }
    }
}
