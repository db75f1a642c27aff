package io.forkless.nio;

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.util.Map;

/**
 * The few JNI functions the bridge needs, called through JNA.
 *
 * <p>Source: <a href="https://docs.oracle.com/en/java/javase/17/docs/specs/jni/functions.html">JNI specification,
 * chapter 4</a>, and {@code struct JNINativeInterface_} in {@code jni.h}. A {@code JNIEnv*} points to a pointer to that
 * table; the slot numbers below are part of the binary interface and have never changed. The table is one per VM, the
 * {@code JNIEnv*} one per thread: JNA passes the calling thread's for {@link JNIEnv#CURRENT}.
 *
 * <p>Only the {@code …A} variants are used: they take a {@code jvalue[]} and are not variadic, so every calling
 * convention passes them alike. What a called method throws stays pending in the VM until JNA returns to Java, where it
 * appears as an ordinary exception; the compiler cannot see it, hence the broad {@code throws} clauses.
 *
 * <p>Threading: immutable, safe for any thread.
 */
final class JniFunctions {
    private static final int NEW_GLOBAL_REF = 21;
    private static final int DELETE_GLOBAL_REF = 22;
    private static final int NEW_OBJECT_A = 30;
    private static final int GET_METHOD_ID = 33;
    private static final int CALL_INT_METHOD_A = 51;
    private static final int GET_STATIC_METHOD_ID = 113;
    private static final int CALL_STATIC_OBJECT_METHOD_A = 116;

    // Lets JNA hand Java objects to native code as JNI local references, and JNIEnv.CURRENT as the JNIEnv*.
    private static final Map<String, Boolean> OBJECTS = Map.of(Library.OPTION_ALLOW_OBJECTS, Boolean.TRUE);

    private final Function newGlobalRef;
    private final Function deleteGlobalRef;
    private final Function newObjectA;
    private final Function getMethodId;
    private final Function callIntMethodA;
    private final Function getStaticMethodId;
    private final Function callStaticObjectMethodA;

    /** Finds the table of this VM; whatever keeps JNA from loading is thrown as it comes. */
    JniFunctions() {
        if (Platform.isWindows() && !Platform.is64Bit()) {
            // JNICALL is __stdcall there: a call with the C convention would corrupt the stack.
            throw new UnsupportedOperationException("32-bit Windows is not supported: use a 64-bit JVM");
        }
        Pointer table = functionTable();
        newGlobalRef = slot(table, NEW_GLOBAL_REF);
        deleteGlobalRef = slot(table, DELETE_GLOBAL_REF);
        newObjectA = slot(table, NEW_OBJECT_A);
        getMethodId = slot(table, GET_METHOD_ID);
        callIntMethodA = slot(table, CALL_INT_METHOD_A);
        getStaticMethodId = slot(table, GET_STATIC_METHOD_ID);
        callStaticObjectMethodA = slot(table, CALL_STATIC_OBJECT_METHOD_A);
    }

    /** {@code jmethodID} of an instance method or constructor ({@code <init>}); initialises the class. */
    Pointer methodId(Class<?> owner, String name, String signature) {
        return (Pointer) call(getMethodId, Pointer.class, owner, name, signature);
    }

    /** {@code jmethodID} of a static method; initialises the class. */
    Pointer staticMethodId(Class<?> owner, String name, String signature) {
        return (Pointer) call(getStaticMethodId, Pointer.class, owner, name, signature);
    }

    /** Runs a constructor. */
    Object newObject(Class<?> type, Pointer constructor, JniArguments arguments) throws IOException {
        return call(newObjectA, Object.class, type, constructor, arguments.values());
    }

    /** Runs a static method that returns an object. */
    Object callStaticObject(Class<?> type, Pointer method, JniArguments arguments) throws IOException {
        return call(callStaticObjectMethodA, Object.class, type, method, arguments.values());
    }

    /** Runs an instance method without parameters that returns an {@code int}. */
    int callInt(Object target, Pointer method) {
        return (Integer) call(callIntMethodA, Integer.class, target, method, Pointer.NULL);
    }

    /** A reference that native memory may hold; the object lives until {@link #deleteGlobalRef}. */
    Pointer newGlobalRef(Object object) {
        Pointer reference = (Pointer) call(newGlobalRef, Pointer.class, object);
        if (reference == null) {
            throw new OutOfMemoryError("JNI NewGlobalRef returned NULL");
        }
        return reference;
    }

    void deleteGlobalRef(Pointer reference) {
        call(deleteGlobalRef, Void.class, reference);
    }

    private static Pointer functionTable() {
        // Java code cannot read through JNIEnv.CURRENT, a native function can: any that copies memory will do.
        Function memcpy = NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("memcpy");
        Pointer size = Pointer.createConstant(Native.POINTER_SIZE); // size_t is as wide as a pointer
        try (Memory table = new Memory(Native.POINTER_SIZE)) {
            memcpy.invoke(Pointer.class, new Object[] {table, JNIEnv.CURRENT, size}, OBJECTS);
            return table.getPointer(0);
        }
    }

    private static Function slot(Pointer table, int index) {
        return Function.getFunction(table.getPointer((long) index * Native.POINTER_SIZE));
    }

    private static Object call(Function function, Class<?> returnType, Object... arguments) {
        Object[] withEnv = new Object[arguments.length + 1];
        withEnv[0] = JNIEnv.CURRENT;
        System.arraycopy(arguments, 0, withEnv, 1, arguments.length);
        return function.invoke(returnType, withEnv, OBJECTS);
    }
}
