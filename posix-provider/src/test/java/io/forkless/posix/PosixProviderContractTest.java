package io.forkless.posix;

import io.forkless.spi.ListenerProvider;
import io.forkless.tck.ChildStarter;
import io.forkless.tck.ListenerProviderContractTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "these are calls of Linux")
class PosixProviderContractTest extends ListenerProviderContractTest {
    @Override
    protected ListenerProvider provider() {
        return new PosixListenerProvider();
    }

    @Override
    protected Class<? extends ChildStarter> childStarter() {
        return NativeStarter.class;
    }

    /** By system(3): the child's descriptors are those of this process, but for close-on-exec. */
    public static final class NativeStarter implements ChildStarter {
        @Override
        public long start(List<String> command) throws IOException {
            Path pid = Files.createTempFile("child", ".pid");
            try {
                TestLibC.INSTANCE.system("'" + String.join("' '", command) + "' >/dev/null & echo $! > " + pid);
                return Long.parseLong(Files.readString(pid).trim());
            } finally {
                Files.delete(pid);
            }
        }
    }
}
