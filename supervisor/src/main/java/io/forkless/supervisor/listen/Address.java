package io.forkless.supervisor.listen;

import io.forkless.internal.control.BoundAddress;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where somebody listens or wants to listen, its name resolved once. Equal ones mean the same socket. Decides which of the
 * supervisor's listeners answers a request: for a specific address that address, never a wider one; for any address the only
 * listener on that port.
 */
final class Address {
    private final ListenSpec named;
    private final ListenSpec literal;
    private final SocketAddress socket;

    private Address(ListenSpec named, ListenSpec literal, SocketAddress socket) {
        this.named = named;
        this.literal = literal;
        this.socket = socket;
    }

    /** Asks a name service if there is a name. */
    static Address of(ListenSpec named) throws UnknownHostException {
        ListenSpec literal = named instanceof TcpListenSpec tcp ? tcp.resolveName() : named;
        return new Address(named, literal, literal.resolve());
    }

    /** Of a socket that is bound. */
    static Address of(SocketAddress bound) {
        ListenSpec spec = bound instanceof InetSocketAddress inet
                ? ListenSpec.tcp(BoundAddress.host(inet.getAddress()), inet.getPort())
                : ListenSpec.unix(((UnixDomainSocketAddress) bound).toString());
        return new Address(spec, spec, bound);
    }

    /** As it was asked for. */
    ListenSpec named() {
        return named;
    }

    /** What a provider is to listen on. */
    ListenSpec literal() {
        return literal;
    }

    /** What is bound for a worker that asks for it: on the JVM, each wildcard means every address. */
    Address asAskedByWorker() throws UnknownHostException {
        return literal instanceof TcpListenSpec tcp && tcp.isAnyAddress() ? of(tcp.widenWildcard()) : this;
    }

    /** The one that answers a worker's request for this one. */
    Optional<Address> answerAmong(Collection<Address> owned) {
        return answerAmong(owned, isAny());
    }

    /** The one that is as good for an operator who names this one: {@code 0.0.0.0} is IPv4 alone, unlike on a JVM. */
    Optional<Address> answerForOperatorAmong(Collection<Address> owned) {
        return answerAmong(owned, isAny() && !namesIpv4());
    }

    private Optional<Address> answerAmong(Collection<Address> owned, boolean onlyOneOnPortWillDo) {
        Optional<Address> same = owned.stream().filter(this::equals).findAny();
        if (same.isPresent() || !onlyOneOnPortWillDo) {
            return same;
        }
        List<Address> candidates = onSamePort(owned);
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }

    /** Why none of these answers a request for this one, and what to do. */
    String refusal(Collection<Address> owned) {
        List<Address> candidates = onSamePort(owned);
        String remedy;
        if (isAny() && candidates.size() > 1) {
            remedy = "more than one of them is on port " + port() + ", ask for one of these addresses";
        } else if (candidates.stream().anyMatch(Address::isAny)) {
            remedy = "ask for every address, or give the supervisor --listen " + named + " in place of "
                    + describe(candidates);
        } else {
            remedy = "add --listen " + named;
        }
        return "listen " + named + ": not granted: the supervisor listens on " + describe(owned) + "; " + remedy;
    }

    /** In what way it is narrower than any address, for a log: empty if in none. */
    String restriction() {
        if (!isAny()) {
            return ", which serves no other address";
        }
        boolean ipv4 = ((InetSocketAddress) socket).getAddress() instanceof Inet4Address;
        return ipv4 ? ", which serves IPv4 only" : "";
    }

    /** As it was asked for, with the port that the system chose. */
    String withPortOf(SocketAddress bound) {
        return named instanceof TcpListenSpec tcp && bound instanceof InetSocketAddress inet
                ? ListenSpec.tcp(tcp.host(), inet.getPort()).toString()
                : named.toString();
    }

    private boolean isAny() {
        return literal instanceof TcpListenSpec tcp && tcp.isAnyAddress();
    }

    /** Not by what it resolves to: without IPv6 each wildcard becomes that of IPv4. */
    private boolean namesIpv4() {
        return literal instanceof TcpListenSpec tcp
                && tcp.host() != null
                && tcp.host().indexOf(':') < 0;
    }

    /** The port that was asked for, so 0 is one; -1 of a path. */
    private int port() {
        return literal instanceof TcpListenSpec tcp ? tcp.port() : -1;
    }

    private List<Address> onSamePort(Collection<Address> owned) {
        return owned.stream()
                .filter(other -> port() >= 0 && other.port() == port())
                .toList();
    }

    private static String describe(Collection<Address> addresses) {
        return addresses.stream().map(Address::toString).collect(Collectors.joining(", "));
    }

    private boolean isIpv6Only() {
        return literal instanceof TcpListenSpec tcp
                && tcp.ipv6Only()
                && !(((InetSocketAddress) socket).getAddress() instanceof Inet4Address);
    }

    /** The interface that a link-local IPv6 address is on, RFC 4007; {@link Inet6Address#equals} leaves it out. */
    private int scopeId() {
        return socket instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address ipv6
                ? ipv6.getScopeId()
                : 0;
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Address other
                && other.socket.equals(socket)
                && other.scopeId() == scopeId()
                && other.isIpv6Only() == isIpv6Only();
    }

    @Override
    public int hashCode() {
        return socket.hashCode();
    }

    /** As it was asked for. */
    @Override
    public String toString() {
        return named.toString();
    }
}
