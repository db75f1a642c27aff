package io.forkless.nio;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of one JNI call, as the {@code jvalue[]} that the {@code …A} functions take.
 *
 * <p>{@code jvalue} is a union of 8 bytes ({@code jni.h}), so every member starts at the element's first byte. An object
 * argument is stored as a global reference, because a local one would end with the JNA call that made it;
 * {@link #close()} frees them all. Not safe for use by several threads.
 */
final class JniArguments implements AutoCloseable {
    private static final int JVALUE_SIZE = 8;

    private final JniFunctions jni;
    private final Memory values;
    private final List<Pointer> references;
    private long offset;

    JniArguments(JniFunctions jni, int capacity) {
        this.jni = jni;
        this.references = new ArrayList<>(capacity);
        this.values = new Memory((long) capacity * JVALUE_SIZE);
    }

    JniArguments add(Object value) {
        Pointer reference = jni.newGlobalRef(value);
        references.add(reference);
        values.setPointer(next(), reference);
        return this;
    }

    JniArguments add(int value) {
        values.setInt(next(), value);
        return this;
    }

    JniArguments add(boolean value) {
        values.setByte(next(), (byte) (value ? 1 : 0));
        return this;
    }

    Pointer values() {
        return values;
    }

    @Override
    public void close() {
        references.forEach(jni::deleteGlobalRef);
        values.close();
    }

    private long next() {
        long current = offset;
        offset += JVALUE_SIZE;
        return current;
    }
}
