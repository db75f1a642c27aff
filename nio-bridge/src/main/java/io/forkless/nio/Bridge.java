package io.forkless.nio;

/**
 * The one {@link SunNioCh} of this VM, or the reason why there is none.
 *
 * <p>The outcome is kept: JNA's static initialiser runs once, and a second attempt would only say
 * {@code NoClassDefFoundError} where the first one told what is wrong.
 */
final class Bridge {
    private static final SunNioCh MEMBERS;
    private static final UnsupportedOperationException FAILURE;

    static {
        SunNioCh members = null;
        UnsupportedOperationException failure = null;
        try {
            members = new SunNioCh(loadJni());
        } catch (UnsupportedOperationException unsupported) {
            failure = unsupported;
        }
        MEMBERS = members;
        FAILURE = failure;
    }

    private Bridge() {}

    static SunNioCh members() {
        if (FAILURE != null) {
            // A fresh exception, so that the stack trace is the caller's.
            throw new UnsupportedOperationException(FAILURE.getMessage(), FAILURE.getCause());
        }
        return MEMBERS;
    }

    private static JniFunctions loadJni() {
        NativeLibraries.unpackOutsideOfTheWorkingDirectory();
        try {
            return new JniFunctions();
        } catch (UnsupportedOperationException unsupported) {
            throw unsupported;
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (RuntimeException | Error failure) { // JNA throws a bare Error when it finds another version of itself
            String message = "JNA cannot load its native library in Java " + System.getProperty("java.version") + " on "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch") + " (" + rootOf(failure)
                    + "): put net.java.dev.jna:jna on the class path, let it unpack into a directory that is writable and"
                    + " not mounted noexec (-Djna.tmpdir=...), and, where --illegal-native-access=deny is set, allow it"
                    + " with --enable-native-access=ALL-UNNAMED (com.sun.jna on the module path)";
            throw new UnsupportedOperationException(message, failure);
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
