package io.forkless.worker;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A worker that does what its arguments say, one after the other, and says what came of it. */
final class WorkerProgram {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private WorkerProgram() {}

    public static void main(String[] steps) throws Exception {
        for (String step : steps) {
            System.out.println(step + ": " + run(step));
        }
    }

    private static String run(String step) throws Exception {
        return switch (step) {
            case "current" -> current();
            case "listen" -> listen();
            case "ready" -> {
                worker().ready();
                yield "said";
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
            case "exitHangs" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    System.out.println("shutdown hook hangs");
                    awaitNever();
                }));
                yield "added";
            }
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

    private static String listen() {
        try {
            return "got " + worker().listen(ListenSpec.parse("127.0.0.1:8080"));
        } catch (IOException e) {
            return e.getMessage();
        }
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
