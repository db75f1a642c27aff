package io.forkless.nio;

import com.sun.jna.Pointer;
import java.util.function.Supplier;

/**
 * Looks up classes and methods of the JDK's {@code sun.nio.ch}, and names what is missing.
 *
 * <p>{@code Class.forName} finds these classes without a flag; only access to their members is closed to Java code, and
 * JNI does not ask. They belong to the boot loader and are never unloaded, so their method ids stay valid.
 */
final class JdkMembers {
    private final JniFunctions jni;

    JdkMembers(JniFunctions jni) {
        this.jni = jni;
    }

    Class<?> type(String simpleName) {
        String name = "sun.nio.ch." + simpleName;
        try {
            return Class.forName(name, true, null);
        } catch (ClassNotFoundException missing) {
            throw notFound("class " + name, missing);
        }
    }

    Pointer constructor(Class<?> owner, String signature) {
        return method(owner, "<init>", signature);
    }

    Pointer method(Class<?> owner, String name, String signature) {
        return named(owner, name, signature, () -> jni.methodId(owner, name, signature));
    }

    Pointer staticMethod(Class<?> owner, String name, String signature) {
        return named(owner, name, signature, () -> jni.staticMethodId(owner, name, signature));
    }

    private static Pointer named(Class<?> owner, String name, String signature, Supplier<Pointer> lookup) {
        try {
            return lookup.get();
        } catch (NoSuchMethodError missing) {
            throw notFound(owner.getName() + "." + name + signature, missing);
        }
    }

    private static UnsupportedOperationException notFound(String member, Throwable cause) {
        String message = member + " was not found in Java " + System.getProperty("java.version")
                + ": use a JDK from 17 to 25, or a newer version of Forkless";
        return new UnsupportedOperationException(message, cause);
    }
}
