package io.forkless.supervisor;

/** A program that prints the value of an environment variable. */
final class EnvironmentPrinter {
    private EnvironmentPrinter() {}

    public static void main(String[] name) {
        System.out.println(System.getenv(name[0]));
    }
}
