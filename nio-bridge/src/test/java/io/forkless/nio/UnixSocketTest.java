package io.forkless.nio;

import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Unix-domain sockets are not verified on Windows")
class UnixSocketTest extends SocketContract {
    @TempDir
    Path directory;

    @Override
    ProtocolFamily family() {
        return StandardProtocolFamily.UNIX;
    }

    @Override
    SocketAddress freeAddress() {
        return UnixDomainSocketAddress.of(directory.resolve("listener"));
    }
}
