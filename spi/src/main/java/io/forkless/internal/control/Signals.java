package io.forkless.internal.control;

import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Handles signals with {@code sun.misc.Signal}, which every JDK from 8 on exports but javac warns about; hence by
 * reflection.
 */
public final class Signals {
    private static final System.Logger LOG = System.getLogger(Signals.class.getName());

    private Signals() {}

    /**
     * Runs {@code action} on a fresh thread each time the signal arrives, in place of what the JVM would do. A signal that
     * the platform has and that stays without a handler is logged as a warning.
     *
     * @param name without {@code SIG}, as in {@code TERM}
     * @return whether the handler is in place; not so for a signal the platform does not have or that the JVM keeps for
     *     itself ({@code -Xrs})
     */
    public static boolean handle(String name, Runnable action) {
        return install(
                name,
                handler -> Proxy.newProxyInstance(
                        handler.getClassLoader(),
                        new Class<?>[] {handler},
                        (self, method, arguments) -> switch (method.getName()) {
                            case "handle" -> {
                                action.run();
                                yield null;
                            }
                            case "equals" -> self == arguments[0];
                            case "hashCode" -> System.identityHashCode(self);
                            default -> "handler of SIG" + name;
                        }));
    }

    /** Has the system discard the signal, as children that are started from then on inherit it; else as {@link #handle}. */
    public static boolean ignore(String name) {
        return install(name, handler -> handler.getField("SIG_IGN").get(null));
    }

    /**
     * As {@link #ignore}, if the signal has its default action; what this process handles, or was started to ignore, stays as
     * it is. Not for HUP, INT and TERM: a JVM that has ignored one of those never handles it again.
     */
    public static boolean ignoreUnlessHandled(String name) {
        return install(name, handler -> handler.getField("SIG_IGN").get(null), true);
    }

    private interface HandlerOf {
        Object type(Class<?> handler) throws ReflectiveOperationException;
    }

    private static boolean install(String name, HandlerOf handlerOf) {
        return install(name, handlerOf, false);
    }

    private static boolean install(String name, HandlerOf handlerOf, boolean onlyInPlaceOfDefault) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object signal = find(type, name);
            if (signal == null) {
                return false;
            }
            Method handle = type.getMethod("handle", type, handler);
            Object previous = handle.invoke(null, signal, handlerOf.type(handler));
            if (onlyInPlaceOfDefault && previous != handler.getField("SIG_DFL").get(null)) {
                handle.invoke(null, signal, previous);
            }
            return true;
        } catch (InvocationTargetException e) {
            warn(name, e.getCause().getMessage());
        } catch (ClassNotFoundException e) {
            warn(name, "this JVM lacks the module jdk.unsupported; add it with --add-modules jdk.unsupported");
        } catch (ReflectiveOperationException e) {
            warn(name, e.toString());
        }
        return false;
    }

    /** Null if the platform has no such signal. */
    private static Object find(Class<?> type, String name) throws ReflectiveOperationException {
        try {
            return type.getConstructor(String.class).newInstance(name);
        } catch (InvocationTargetException e) {
            LOG.log(Level.DEBUG, "cannot handle SIG{0}: {1}", name, e.getCause());
            return null;
        }
    }

    private static void warn(String name, String reason) {
        LOG.log(Level.WARNING, "cannot handle SIG{0}, so the default action of the system applies: {1}", name, reason);
    }
}
