package io.forkless.undertow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.undertow.Undertow;
import io.undertow.Version;
import io.undertow.server.HttpHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What has to be found in each version of Undertow and XNIO that the adapter is used with. */
class InternalsTest {
    @Test
    void this_version_of_undertow_and_xnio_has_every_member_that_is_needed() {
        assertThatCode(Internals::require).doesNotThrowAnyException();
    }

    @Test
    void the_tests_run_with_the_version_that_they_are_meant_for() {
        assertThat(Version.getVersionString()).isEqualTo(System.getProperty("forkless.test.undertowVersion"));
    }

    @Test
    void a_member_that_is_not_there_is_named_together_with_the_version() {
        Members members = new Members(Undertow.class.getClassLoader(), "Undertow 9.9 with XNIO 8.8");
        members.type("org.xnio.nio.Gone");
        members.method("org.xnio.nio.WorkerThread", "adoptChannel");
        members.constructor("org.xnio.nio.NioSocketStreamConnection", String.class);
        members.field("io.undertow.Undertow$ListenerBuilder", "handler");

        assertThatThrownBy(members::require)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Undertow 9.9 with XNIO 8.8 has no org.xnio.nio.Gone,"
                        + " no org.xnio.nio.WorkerThread.adoptChannel,"
                        + " no org.xnio.nio.NioSocketStreamConnection.<init>,"
                        + " no io.undertow.Undertow$ListenerBuilder.handler: ");
    }

    @Test
    void the_root_handler_of_a_listener_builder_is_read() {
        HttpHandler handler = exchange -> {};

        assertThat(Internals.rootHandler(new Undertow.ListenerBuilder().setRootHandler(handler)))
                .isSameAs(handler);
        assertThat(Internals.rootHandler(new Undertow.ListenerBuilder())).isNull();
    }

    @Test
    void the_builder_has_every_method_of_undertows_builder() {
        List<String> ours = signatures(ForklessUndertow.Builder.class).toList();

        assertThat(signatures(Undertow.Builder.class)).isNotEmpty().isSubsetOf(ours);
    }

    private static Stream<String> signatures(Class<?> builder) {
        return Arrays.stream(builder.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(InternalsTest::signature);
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getGenericParameterTypes());
    }
}
