package io.forkless.supervisor;

import io.forkless.testing.Sleeper;
import java.lang.management.ManagementFactory;

/** A program that prints the options of its JVM, and stays. */
final class OptionsPrinter {
    private OptionsPrinter() {}

    public static void main(String[] arguments) throws InterruptedException {
        System.out.println(String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
        Sleeper.main(arguments);
    }
}
