package io.forkless.supervisor.output;

import java.util.Arrays;

/**
 * Makes lines of the blocks in which a program's output comes. A line of up to 1 MiB stays whole, its line end ({@code \n}
 * or {@code \r\n}) not counted; a longer one is cut in pieces, so that a worker that never ends its line costs no memory,
 * and so is one for which there is no memory. A cut is never inside a UTF-8 character; bytes that are none pass as they
 * are. Not thread-safe.
 */
final class OutputLines {
    /** Takes a line or piece with {@code \n} at its end. */
    interface Sink {
        void write(byte[] bytes, int length);
    }

    static final int MAX_LINE_BYTES = 1 << 20;

    /** What there is room for without asking for memory. */
    private static final int USUAL_BYTES = 8192;

    /** Beyond the greatest line a {@code \r}, and one byte more that tells whether this is the line end. */
    private static final int LOOKAHEAD = 2;

    private final int start;
    private final Sink sink;
    private final LongLineMemory memory;
    private final byte[] usual;
    private byte[] line;
    private int end;

    /** @param prefix comes in front of each line and each piece */
    OutputLines(byte[] prefix, Sink sink, LongLineMemory memory) {
        this.start = prefix.length;
        this.sink = sink;
        this.memory = memory;
        this.usual = Arrays.copyOf(prefix, start + USUAL_BYTES + 1);
        this.line = usual;
        this.end = start;
    }

    void add(byte[] block, int count) {
        int from = 0;
        for (int i = 0; i < count; i++) {
            if (block[i] == '\n') {
                append(block, from, i);
                endLine();
                from = i + 1;
            }
        }
        append(block, from, count);
    }

    /** There is no more: a last line without {@code \n} gets one. */
    void end() {
        if (end > start) {
            endLine();
        }
    }

    private void append(byte[] block, int from, int to) {
        int next = from;
        while (next < to) {
            if (!hasRoomFor(to - next)) {
                cut(end - 1); // what follows is perhaps of the same character
            }
            int length = Math.min(to - next, Math.min(line.length - 1, start + MAX_LINE_BYTES + LOOKAHEAD) - end);
            System.arraycopy(block, next, line, end, length);
            end += length;
            next += length;
            if (end == start + MAX_LINE_BYTES + LOOKAHEAD) {
                cut(start + MAX_LINE_BYTES);
            }
        }
    }

    private void endLine() {
        int limit = start + MAX_LINE_BYTES;
        if (end > limit && !(end == limit + 1 && line[limit] == '\r')) {
            cut(limit);
        }
        write(end);
        end = start;
        if (line != usual) {
            memory.giveBack(line.length);
            line = usual;
        }
    }

    /** Whether at least one byte fits: makes room, as far as there is memory, for so many more and the {@code \n}. */
    private boolean hasRoomFor(int more) {
        int needed = Math.min(end + more, start + MAX_LINE_BYTES + LOOKAHEAD) + 1;
        if (needed > line.length) {
            grow(Math.min(Math.max(needed, 2 * line.length), start + MAX_LINE_BYTES + LOOKAHEAD + 1));
        }
        return end + 1 < line.length;
    }

    private void grow(int size) {
        if (!memory.take(size)) {
            return;
        }
        try {
            byte[] longer = Arrays.copyOf(line, size);
            memory.giveBack(line == usual ? 0 : line.length);
            line = longer;
        } catch (OutOfMemoryError e) {
            memory.giveBack(size);
        }
    }

    /** Writes what there is up to that place, or up to the character that is there; the rest is the next piece. */
    private void cut(int place) {
        int cut = Utf8.boundary(line, start, place);
        write(cut);
        System.arraycopy(line, cut, line, start, end - cut);
        end = start + end - cut;
    }

    private void write(int to) {
        byte next = line[to];
        line[to] = '\n';
        sink.write(line, to + 1);
        line[to] = next;
    }
}
