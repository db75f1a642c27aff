/** Turns a native socket handle into a JDK NIO channel and back; the only place that knows {@code sun.nio.ch}. */
@SuppressWarnings("requires-automatic") // the main artifact of JNA has a stable automatic name, no descriptor
module io.forkless.nio {
    requires com.sun.jna;

    exports io.forkless.nio;
}
