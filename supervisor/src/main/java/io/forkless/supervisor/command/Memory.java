package io.forkless.supervisor.command;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The memory of this machine, or of the container that this process is in. */
public final class Memory {
    private static final long UNKNOWN = 0;

    private Memory() {}

    /** In bytes, 0 if it is not known; the limit of the control group if there is one (JDK-8226575). */
    public static long total() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : UNKNOWN;
        } catch (NoClassDefFoundError e) {
            return UNKNOWN; // an image without the module jdk.management
        }
    }
}
