package io.forkless.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ErrnoTest {
    private static final int LAST_OF_LINUX = 133;

    @Test
    void a_failure_tells_operation_call_name_number_and_remedy() {
        assertThat(Errno.failure("listen 0.0.0.0:80", "bind", 13, "be root"))
                .hasMessage("listen 0.0.0.0:80: bind: EACCES (13): be root");
        assertThat(Errno.failure("listen [::1]:80", "bind", Errno.EADDRINUSE))
                .hasMessage("listen [::1]:80: bind: EADDRINUSE (" + Errno.EADDRINUSE + "): another process listens"
                        + " there; stop it or choose another address");
    }

    @Test
    void a_failure_without_a_remedy_ends_with_the_number() {
        assertThat(Errno.failure("adopt", "recvmsg", 22)).hasMessage("adopt: recvmsg: EINVAL (22)");
    }

    @Test
    void an_unknown_number_is_shown_as_such() {
        assertThat(Errno.describe(4711)).isEqualTo("errno 4711");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "strerrorname_np is a function of glibc")
    void every_name_is_the_one_that_the_c_library_has() {
        assumeTrue(hasErrorNames(), "strerrorname_np is in glibc 2.32 and later only");
        int named = 0;
        for (int errno = 1; errno <= LAST_OF_LINUX; errno++) {
            if (!Errno.describe(errno).equals("errno " + errno)) {
                named++;
                String name = TestLibC.INSTANCE.strerrorname_np(errno);
                assertThat(Errno.describe(errno)).isEqualTo(name + " (" + errno + ")");
            }
        }
        assertThat(named).isEqualTo(34);
    }

    private static boolean hasErrorNames() {
        try {
            return TestLibC.INSTANCE.strerrorname_np(1) != null;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }
}
