package io.forkless.worker;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** A worker that does what its arguments say, one after the other, and says what came of it. */
final class WorkerProgram {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static final Deque<ReadyHold> HOLDS = new ArrayDeque<>();

    private WorkerProgram() {}

    public static void main(String[] steps) throws Exception {
        for (String step : steps) {
            System.out.println(step + ": " + run(step));
        }
    }

    /** Begins a step that waits until there is a file of that name. */
    static final String AWAIT = "await=";

    private static String run(String step) throws Exception {
        if (step.startsWith(AWAIT)) {
            while (!Files.exists(Path.of(step.substring(AWAIT.length())))) {
                Thread.sleep(20);
            }
            return "it is there";
        }
        return switch (step) {
            case "current" -> current();
            case "listen" -> listen();
            case "ready" -> {
                worker().ready();
                yield "said";
            }
            case "hold" -> {
                HOLDS.push(worker().holdReady());
                yield HOLDS.size() + " holds";
            }
            case "release" -> {
                HOLDS.pop().close();
                yield HOLDS.size() + " holds";
            }
            case "drains" -> {
                worker().onDrain(limit -> System.out.println("drained, limit " + limit.toMillis() + " ms"));
                yield "added";
            }
            case "drainHangs" -> {
                worker().onDrain(limit -> {
                    System.out.println("drain handler hangs");
                    NEVER.await();
                });
                yield "added";
            }
            case "drainPrints" -> {
                worker().onDrain(limit -> System.out.println("*".repeat(1 << 20)));
                yield "added";
            }
            case "printsForEver" -> {
                start("printing", () -> {
                    while (true) {
                        System.err.println("*".repeat(1000));
                    }
                });
                yield "begun";
            }
            case "exitHangs" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    System.out.println("shutdown hook hangs");
                    awaitNever();
                }));
                yield "added";
            }
            case "connections" -> {
                AcceptPacing connections = worker().acceptPacing();
                connections.opened();
                connections.opened();
                connections.opened();
                connections.closed();
                yield "3 accepted, 2 open";
            }
            case "deadlock" -> {
                // One of the two locks is what everybody needs to write to standard error.
                Object other = new Object();
                deadlock(
                        then -> {
                            synchronized (System.err) {
                                then.run();
                            }
                        },
                        then -> {
                            synchronized (other) {
                                then.run();
                            }
                        });
                yield "made";
            }
            case "deadlockOfLocks" -> {
                deadlock(holding(new ReentrantLock()), holding(new ReentrantLock()));
                yield "made";
            }
            case "installFake" -> installFake();
            case "wait" -> {
                System.out.println("waiting, draining: " + worker().isDraining());
                NEVER.await();
                yield "never";
            }
            default -> throw new IllegalArgumentException(step);
        };
    }

    private static String current() {
        try {
            return Worker.current().map(worker -> "worker " + worker.index()).orElse("unsupervised");
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static String installFake() {
        try (FakeWorker fake = new FakeWorker()) {
            fake.install();
            return "installed";
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    private static String listen() {
        try {
            return "got " + worker().listen(ListenSpec.parse("127.0.0.1:8080"));
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Two threads that take two locks in opposite orders. */
    private static void deadlock(Consumer<Runnable> one, Consumer<Runnable> other) {
        CountDownLatch bothHoldOne = new CountDownLatch(2);
        Runnable takeTurns = () -> {
            bothHoldOne.countDown();
            try {
                bothHoldOne.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        start(
                "deadlocked-one",
                () -> one.accept(() -> {
                    takeTurns.run();
                    other.accept(() -> {});
                }));
        start(
                "deadlocked-other",
                () -> other.accept(() -> {
                    takeTurns.run();
                    one.accept(() -> {});
                }));
    }

    private static Consumer<Runnable> holding(Lock lock) {
        return then -> {
            lock.lock();
            then.run();
        };
    }

    private static void start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static Worker worker() throws IOException {
        return Worker.current().orElseThrow();
    }

    private static void awaitNever() {
        try {
            NEVER.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
