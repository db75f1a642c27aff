package io.forkless.windows;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import org.junit.jupiter.api.Test;

/** Our offsets against those that JNA computes from the declarations of the Windows headers; DWORD and int have 4 bytes. */
class LayoutTest {
    @Test
    void overlapped_is_laid_out_as_in_minwinbase_h() {
        Overlapped structure = new Overlapped();

        assertThat(structure.size()).isEqualTo(AcceptOperation.OVERLAPPED_SIZE);
        assertThat(structure.offsetOf("hEvent")).isEqualTo(AcceptOperation.OVERLAPPED_EVENT);
    }

    @Test
    void protocol_info_is_laid_out_as_in_winsock2_h() {
        ProtocolInfo structure = new ProtocolInfo();

        assertThat(structure.size()).isEqualTo(Winsock.PROTOCOL_INFO_SIZE);
        assertThat(structure.offsetOf("iAddressFamily")).isEqualTo(Winsock.PROTOCOL_INFO_FAMILY);
    }

    @Test
    void pollfd_and_socket_addresses_have_their_sizes() {
        assertThat(new PollFd().size()).isEqualTo(Winsock.POLLFD_SIZE);
        assertThat(new SockaddrIn().size()).isEqualTo(SocketAddresses.SOCKADDR_IN_SIZE);
        assertThat(new SockaddrIn6().size()).isEqualTo(SocketAddresses.SOCKADDR_IN6_SIZE);
    }

    public abstract static class Declared extends Structure {
        int offsetOf(String field) {
            return fieldOffset(field);
        }
    }

    @FieldOrder({"Internal", "InternalHigh", "Offset", "OffsetHigh", "hEvent"})
    public static class Overlapped extends Declared {
        public long Internal;
        public long InternalHigh;
        public int Offset;
        public int OffsetHigh;
        public Pointer hEvent;
    }

    @FieldOrder({
        "dwServiceFlags",
        "dwProviderFlags",
        "providerId",
        "dwCatalogEntryId",
        "protocolChain",
        "iVersion",
        "iAddressFamily",
        "iMaxSockAddr",
        "iMinSockAddr",
        "iSocketType",
        "iProtocol",
        "iProtocolMaxOffset",
        "iNetworkByteOrder",
        "iSecurityScheme",
        "dwMessageSize",
        "dwProviderReserved",
        "szProtocol"
    })
    public static class ProtocolInfo extends Declared {
        public int[] dwServiceFlags = new int[4]; // and dwServiceFlags2 to 4
        public int dwProviderFlags;
        public byte[] providerId = new byte[16]; // GUID, aligned like its first DWORD
        public int dwCatalogEntryId;
        public int[] protocolChain = new int[8]; // ChainLen and ChainEntries[7]
        public int iVersion;
        public int iAddressFamily;
        public int iMaxSockAddr;
        public int iMinSockAddr;
        public int iSocketType;
        public int iProtocol;
        public int iProtocolMaxOffset;
        public int iNetworkByteOrder;
        public int iSecurityScheme;
        public int dwMessageSize;
        public int dwProviderReserved;
        public short[] szProtocol = new short[256]; // WCHAR[WSAPROTOCOL_LEN + 1]
    }

    @FieldOrder({"fd", "events", "revents"})
    public static class PollFd extends Declared {
        public long fd;
        public short events;
        public short revents;
    }

    @FieldOrder({"sin_family", "sin_port", "sin_addr", "sin_zero"})
    public static class SockaddrIn extends Declared {
        public short sin_family;
        public short sin_port;
        public int sin_addr;
        public byte[] sin_zero = new byte[8];
    }

    @FieldOrder({"sin6_family", "sin6_port", "sin6_flowinfo", "sin6_addr", "sin6_scope_id"})
    public static class SockaddrIn6 extends Declared {
        public short sin6_family;
        public short sin6_port;
        public int sin6_flowinfo;
        public byte[] sin6_addr = new byte[16];
        public int sin6_scope_id;
    }
}
