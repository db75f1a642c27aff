package io.forkless.undertow;

import io.undertow.Version;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The host brings its Undertow: tells an older one apart before a method turns out to be missing. */
final class RequiredUndertow {
    private static final int MAJOR = 2;
    private static final int MINOR = 3;
    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})\\b.*");

    private RequiredUndertow() {}

    /**
     * @throws IllegalStateException if it is older than 2.3
     */
    static void check() {
        check(Version.getVersionString());
    }

    /** A version that cannot be read passes; {@link Internals#require()} sees what is missing. */
    static void check(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return;
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        if (major < MAJOR || major == MAJOR && minor < MINOR) {
            throw new IllegalStateException(
                    "ForklessUndertow needs Undertow 2.3 or later, and this is Undertow " + version);
        }
    }
}
