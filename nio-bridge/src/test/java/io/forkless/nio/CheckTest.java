package io.forkless.nio;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CheckTest {
    private final JdkMembers jdk = new JdkMembers(new JniFunctions());

    @Test
    void the_bridge_works_in_this_jvm() {
        assertThatCode(NioChannels::check).doesNotThrowAnyException();
    }

    @Test
    void a_class_that_a_new_jdk_moved_is_named() {
        assertUnsupported(() -> jdk.type("MovedChannelImpl"), "class sun.nio.ch.MovedChannelImpl");
    }

    @Test
    void a_constructor_that_a_new_jdk_changed_is_named_with_its_signature() {
        Class<?> type = jdk.type("SocketChannelImpl");
        assertUnsupported(() -> jdk.constructor(type, "(I)V"), "sun.nio.ch.SocketChannelImpl.<init>(I)V");
    }

    @Test
    void a_method_that_a_new_jdk_changed_is_named_with_its_signature() {
        Class<?> type = jdk.type("IOUtil");
        assertUnsupported(() -> jdk.method(type, "getFD", "()J"), "sun.nio.ch.IOUtil.getFD()J");
        assertUnsupported(() -> jdk.staticMethod(type, "newFD", "(J)V"), "sun.nio.ch.IOUtil.newFD(J)V");
    }

    private static void assertUnsupported(ThrowingCallable lookup, String member) {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(lookup)
                .withMessageContaining(
                        member + " was not found in Java %s: use a JDK", System.getProperty("java.version"));
    }
}
