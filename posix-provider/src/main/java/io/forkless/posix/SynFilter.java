package io.forkless.posix;

import com.sun.jna.Memory;
import java.io.IOException;

/**
 * Makes a Linux TCP listener deaf to new connections while those that are queued, or half-way through their handshake,
 * can still be accepted.
 *
 * <p>Closing the last copy of a listener resets what is queued on it (tcp(7) has no other way to end one), and between
 * the last accept and the close there is always room for one more client. A classic BPF program on the listening socket
 * ({@code SO_ATTACH_FILTER}, socket(7); needs no privilege) closes that gap: it sees each segment from its TCP header on
 * and drops those that carry SYN without ACK. A client whose SYN is dropped repeats it after a second, and is refused if
 * the port is closed by then.
 */
final class SynFilter {
    private static final int INSTRUCTIONS = 5;
    private static final int FLAGS_OFFSET = 13; // RFC 9293 section 3.1
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;

    /** {@code linux/bpf_common.h} and {@code linux/filter.h}. */
    private static final int BPF_LD_B_ABS = 0x30;

    private static final int BPF_ALU_AND_K = 0x54;
    private static final int BPF_JMP_JEQ_K = 0x15;
    private static final int BPF_RET_K = 0x06;

    private SynFilter() {}

    static void attach(String operation, NativeSocket listener) throws IOException {
        try (Memory code = new Memory(8L * INSTRUCTIONS);
                Memory program = new Memory(16)) {
            instruction(code, 0, BPF_LD_B_ABS, 0, 0, FLAGS_OFFSET);
            instruction(code, 1, BPF_ALU_AND_K, 0, 0, SYN | ACK);
            instruction(code, 2, BPF_JMP_JEQ_K, 1, 0, SYN); // equal: skip one
            instruction(code, 3, BPF_RET_K, 0, 0, -1); // keep the whole segment
            instruction(code, 4, BPF_RET_K, 0, 0, 0); // drop it
            program.clear();
            program.setShort(0, (short) INSTRUCTIONS); // struct sock_fprog { unsigned short len; filter *; }
            program.setPointer(8, code);
            listener.setOption(
                    operation, "SO_ATTACH_FILTER", Abi.CURRENT.solSocket(), Abi.LINUX_SO_ATTACH_FILTER, program, (int)
                            program.size());
        }
    }

    /** {@code struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; }}. */
    private static void instruction(Memory program, int index, int code, int jumpTrue, int jumpFalse, int k) {
        long at = 8L * index;
        program.setShort(at, (short) code);
        program.setByte(at + 2, (byte) jumpTrue);
        program.setByte(at + 3, (byte) jumpFalse);
        program.setInt(at + 4, k);
    }
}
