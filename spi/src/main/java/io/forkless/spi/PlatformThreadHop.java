package io.forkless.spi;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs a blocking call on the caller's thread, or, if that is a virtual one, on a platform thread of its own. */
final class PlatformThreadHop implements AutoCloseable {
    private static final MethodHandle IS_VIRTUAL = findIsVirtual();

    private final String threadName;
    private ExecutorService platformThreads;
    private boolean closed;

    PlatformThreadHop(String threadName) {
        this.threadName = threadName;
    }

    <T> T call(Callable<T> blockingCall) throws IOException {
        try {
            return isVirtual() ? awaitUninterruptibly(submit(blockingCall)) : blockingCall.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Lets running calls finish: they end by themselves when the channel is closed. */
    @Override
    public synchronized void close() {
        closed = true;
        if (platformThreads != null) {
            platformThreads.shutdown();
        }
    }

    private synchronized <T> Future<T> submit(Callable<T> blockingCall) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (platformThreads == null) {
            platformThreads = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, threadName);
                thread.setDaemon(true);
                return thread;
            });
        }
        return platformThreads.submit(blockingCall);
    }

    /** An interrupt must not lose what the platform thread accepts; it is kept for the caller to see. */
    private static <T> T awaitUninterruptibly(Future<T> future) throws Exception {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof Exception cause ? cause : e;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean isVirtual() {
        try {
            return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code Thread.isVirtual()} came with Java 21. */
    private static MethodHandle findIsVirtual() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return null;
        }
    }
}
