package io.forkless.posix;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The two arrays of strings of execve(2), in native memory, which lasts until {@link #close}. */
final class CStrings implements AutoCloseable {
    /** What this process began with, as bytes; proc_pid_environ(5). Not there on macOS. */
    private static final Path RAW_ENVIRONMENT = Path.of("/proc/self/environ");

    /** By which the JDK decodes arguments, and from 18 on the environment; 17 takes the default charset for that. */
    private static final Charset LOCALE = Charset.forName(
            System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name()));

    private final String operation;
    private final List<byte[]> arguments = new ArrayList<>();
    private final List<byte[]> variables = new ArrayList<>();
    private final List<Memory> allocated = new ArrayList<>();

    /** @param operation what an error message begins with */
    CStrings(String operation) {
        this.operation = operation;
    }

    void argument(String word) throws IOException {
        arguments.add(encode("argument '" + word + "'", word));
    }

    /** A variable that is as this process has it keeps its bytes, also those that the locale cannot tell. */
    void environment(Map<String, String> environment) throws IOException {
        Map<String, byte[]> raw = rawEnvironment();
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String assignment = variable.getKey() + "=" + variable.getValue();
            byte[] asItWas = raw.get(assignment);
            variables.add(asItWas == null ? encode("variable " + variable.getKey(), assignment) : asItWas);
        }
    }

    byte[] path() {
        byte[] path = arguments.get(0);
        return Arrays.copyOf(path, path.length + 1);
    }

    Pointer arguments() {
        return array(arguments);
    }

    Pointer environment() {
        return array(variables);
    }

    @Override
    public void close() {
        allocated.forEach(Memory::close);
    }

    private Pointer array(List<byte[]> strings) {
        Memory array = allocate((long) Native.POINTER_SIZE * (strings.size() + 1));
        for (int i = 0; i < strings.size(); i++) {
            byte[] bytes = strings.get(i);
            Memory string = allocate(bytes.length + 1L);
            string.write(0, bytes, 0, bytes.length);
            array.setPointer((long) Native.POINTER_SIZE * i, string);
        }
        return array;
    }

    private Memory allocate(long size) {
        Memory memory = new Memory(size);
        memory.clear();
        allocated.add(memory);
        return memory;
    }

    private byte[] encode(String what, String value) throws IOException {
        try {
            ByteBuffer encoded = LOCALE.newEncoder().encode(CharBuffer.wrap(value));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            for (byte b : bytes) {
                if (b == 0) {
                    throw new IOException(operation + ": " + what + " has a NUL character");
                }
            }
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IOException(
                    operation + ": " + what + " cannot be written in the encoding of the locale, " + LOCALE
                            + "; choose another locale, as by LC_ALL=C.UTF-8",
                    e);
        }
    }

    /** By what the JDK makes of them. */
    private static Map<String, byte[]> rawEnvironment() throws IOException {
        Map<String, byte[]> variables = new HashMap<>();
        if (!Files.isReadable(RAW_ENVIRONMENT)) {
            return variables;
        }
        ByteArrayOutputStream assignment = new ByteArrayOutputStream();
        for (byte b : Files.readAllBytes(RAW_ENVIRONMENT)) {
            if (b != 0) {
                assignment.write(b);
                continue;
            }
            byte[] bytes = assignment.toByteArray();
            assignment.reset();
            variables.put(new String(bytes, LOCALE), bytes);
            variables.put(new String(bytes, Charset.defaultCharset()), bytes);
        }
        return variables;
    }
}
