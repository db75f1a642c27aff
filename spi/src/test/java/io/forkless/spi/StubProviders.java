package io.forkless.spi;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Providers that a service file can name; none of them listens. */
public final class StubProviders {
    private StubProviders() {}

    /** Fits, without any priority, under the name of its class. */
    public abstract static class Stub implements ListenerProvider {
        @Override
        public String name() {
            return getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }

        @Override
        public Fitness check() {
            return Fitness.fits("a stub");
        }

        @Override
        public SharedListener listen(ListenSpec spec) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SharedServerSocketChannel adopt(byte[] ticket) {
            throw new UnsupportedOperationException();
        }
    }

    public static final class Plain extends Stub {}

    public static final class Another extends Stub {}

    public static final class Preferred extends Stub {
        @Override
        public int priority() {
            return 1;
        }
    }

    public static final class Unfit extends Stub {
        @Override
        public int priority() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Fitness check() {
            return Fitness.doesNotFit("wrong moon", "wait for the full moon");
        }
    }

    /** Counts its checks, of which there is to be one in this process; no other test may use it. */
    public static final class Counting extends Stub {
        static final AtomicInteger CHECKS = new AtomicInteger();

        @Override
        public Fitness check() {
            CHECKS.incrementAndGet();
            return Fitness.fits("a stub");
        }
    }

    /** Notes that it was checked; no test that lists all may use it. */
    public static final class Unchecked extends Stub {
        static volatile boolean checked;

        @Override
        public Fitness check() {
            checked = true;
            return Fitness.fits("a stub");
        }
    }

    /** Fits where {@link Plain} does, which it looks for. */
    public static final class BuiltOnPlain extends Stub {
        @Override
        public Fitness check() {
            return fitnessOf("plain");
        }
    }

    /** Looks for one that is never there. */
    public static final class BuiltOnMissing extends Stub {
        @Override
        public Fitness check() {
            return fitnessOf("missing");
        }
    }

    private static Fitness fitnessOf(String name) {
        try {
            return Fitness.fits("with " + ListenerProviders.named(name).name());
        } catch (NoProviderException e) {
            return Fitness.doesNotFit(e.getMessage(), "add it");
        }
    }

    public static final class ThrowingConstructor extends Stub {
        public ThrowingConstructor() {
            throw new IllegalStateException("no constructor today");
        }
    }

    public static final class UnlinkableConstructor extends Stub {
        public UnlinkableConstructor() {
            throw new NoClassDefFoundError("com/sun/jna/Missing");
        }
    }

    public static final class HiddenConstructor extends Stub {
        HiddenConstructor() {}
    }

    public static final class FailingInitializer extends Stub {
        static {
            failToInitialize();
        }

        private static void failToInitialize() {
            throw new IllegalStateException("no initializer today");
        }
    }

    public static final class ThrowingCheck extends Stub {
        @Override
        public Fitness check() {
            throw new IllegalStateException("no check today");
        }
    }

    public static final class UnlinkableCheck extends Stub {
        @Override
        public Fitness check() {
            throw new UnsatisfiedLinkError("no such library");
        }
    }

    public static final class NullCheck extends Stub {
        @Override
        public Fitness check() {
            return null;
        }
    }

    public static final class InvalidName extends Stub {
        @Override
        public String name() {
            return "Not A Name";
        }
    }

    public static final class ThrowingPriority extends Stub {
        @Override
        public int priority() {
            throw new IllegalStateException("no priority today");
        }
    }
}
