package io.forkless.cli;

/** How this JVM starts other processes. */
final class Spawning {
    /** Read once, when the first process is started; {@code java.lang.ProcessImpl}. */
    private static final String MECHANISM = "jdk.lang.Process.launchMechanism";

    /** Since this one a JDK warns of {@code VFORK}, which later ones have not got any more. */
    private static final int JDK_WITHOUT_VFORK = 25;

    private Spawning() {}

    /**
     * On Linux a JDK starts others by a program of its own, {@code jspawnhelper}, and cannot any more when an update of the JDK
     * has removed it or put that of another version in its place. The system calls vfork(2), which is faster, and fork(2) need no
     * file. Has no effect if the user has chosen a way.
     */
    static void independentOfTheJdksFiles() {
        if (System.getProperty("os.name").equals("Linux") && System.getProperty(MECHANISM) == null) {
            System.setProperty(MECHANISM, Runtime.version().feature() < JDK_WITHOUT_VFORK ? "VFORK" : "FORK");
        }
    }
}
