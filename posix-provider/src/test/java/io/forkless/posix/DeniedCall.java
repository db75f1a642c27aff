package io.forkless.posix;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Has the kernel refuse a system call to one thread, as a file system may that lacks it: seccomp(2), linux/filter.h. */
final class DeniedCall {
    /** By {@code os.arch}; asm/unistd_64.h and asm-generic/unistd.h. */
    private static final Map<String, Integer> FLOCK = Map.of("amd64", 73, "aarch64", 32);

    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_SECCOMP = 22;
    private static final long SECCOMP_MODE_FILTER = 2;
    private static final int SECCOMP_RET_ERRNO = 0x00050000;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final short LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS, of struct seccomp_data: the call's number
    private static final short JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final short RETURN = 0x06; // BPF_RET | BPF_K

    private DeniedCall() {}

    /** Runs the task on a thread of its own, for which flock(2) fails with that error. */
    static <T> T withoutFlock(int errno, Callable<T> task) throws Exception {
        Integer number = FLOCK.get(System.getProperty("os.arch"));
        assumeTrue(number != null, "the number of flock(2) is not known on this processor");
        FutureTask<T> result = new FutureTask<>(() -> {
            deny(number, errno);
            return task.call();
        });
        new Thread(result, "without-flock").start();
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static void deny(int number, int errno) {
        try (Memory instructions = new Memory(4 * 8);
                Memory program = new Memory(16)) {
            put(instructions, 0, LOAD_WORD, 0, 0);
            put(instructions, 1, JUMP_IF_EQUAL, 1, number);
            put(instructions, 2, RETURN, 0, SECCOMP_RET_ALLOW);
            put(instructions, 3, RETURN, 0, SECCOMP_RET_ERRNO | errno);
            program.clear();
            program.setShort(0, (short) 4);
            program.setPointer(8, instructions);
            TestLibC c = TestLibC.INSTANCE;
            boolean denied = c.prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0
                    && c.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0L, 0L) == 0;
            assumeTrue(denied, "this machine has no seccomp filters");
        }
    }

    private static void put(Memory instructions, int index, short code, int jumpIfTrue, int value) {
        instructions.setShort(8L * index, code);
        instructions.setByte(8L * index + 2, (byte) jumpIfTrue);
        instructions.setByte(8L * index + 3, (byte) 0);
        instructions.setInt(8L * index + 4, value);
    }
}
