package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * The address or path that Undertow is to listen on. {@code 0.0.0.0} is what one writes there for every address, and it makes the JDK
 * listen on {@code ::}, IPv4 included; so the supervisor is asked for that, and only if it has none for {@code 0.0.0.0}.
 */
record WantedListener(List<ListenSpec> candidates) {
    static WantedListener at(InetSocketAddress address, int backlog) {
        ListenSpec exact = ListenSpec.tcp(address.getAddress().getHostAddress(), address.getPort())
                .withBacklog(backlog);
        if (address.getAddress() instanceof Inet4Address ip && ip.isAnyLocalAddress()) {
            return new WantedListener(
                    List.of(ListenSpec.tcp(null, address.getPort()).withBacklog(backlog), exact));
        }
        return new WantedListener(List.of(exact));
    }

    static WantedListener at(Path unixDomainPath, int backlog) {
        return new WantedListener(
                List.of(ListenSpec.unix(unixDomainPath.toString()).withBacklog(backlog)));
    }

    /**
     * @throws IOException that of the first candidate, if none can be had
     */
    ServerSocketChannel adopt(ListenerSource source) throws IOException {
        IOException failure = null;
        for (ListenSpec candidate : candidates) {
            try {
                return source.listen(candidate);
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw failure;
    }
}
