package io.forkless.windows;

import java.io.IOException;
import java.util.Map;

/** Error numbers by name ({@code winerror.h}) and in messages. */
final class WindowsError {
    static final int ERROR_IO_PENDING = 997;
    static final int ERROR_OPERATION_ABORTED = 995;
    static final int WSAEAFNOSUPPORT = 10047;
    static final int WSAEADDRNOTAVAIL = 10049;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(5, "ERROR_ACCESS_DENIED"),
            Map.entry(6, "ERROR_INVALID_HANDLE"),
            Map.entry(8, "ERROR_NOT_ENOUGH_MEMORY"),
            Map.entry(64, "ERROR_NETNAME_DELETED"),
            Map.entry(87, "ERROR_INVALID_PARAMETER"),
            Map.entry(995, "ERROR_OPERATION_ABORTED"),
            Map.entry(997, "ERROR_IO_PENDING"),
            Map.entry(1168, "ERROR_NOT_FOUND"),
            Map.entry(1236, "ERROR_CONNECTION_ABORTED"),
            Map.entry(10013, "WSAEACCES"),
            Map.entry(10014, "WSAEFAULT"),
            Map.entry(10022, "WSAEINVAL"),
            Map.entry(10024, "WSAEMFILE"),
            Map.entry(10038, "WSAENOTSOCK"),
            Map.entry(10041, "WSAEPROTOTYPE"),
            Map.entry(10042, "WSAENOPROTOOPT"),
            Map.entry(10043, "WSAEPROTONOSUPPORT"),
            Map.entry(10044, "WSAESOCKTNOSUPPORT"),
            Map.entry(10045, "WSAEOPNOTSUPP"),
            Map.entry(10047, "WSAEAFNOSUPPORT"),
            Map.entry(10048, "WSAEADDRINUSE"),
            Map.entry(10049, "WSAEADDRNOTAVAIL"),
            Map.entry(10050, "WSAENETDOWN"),
            Map.entry(10054, "WSAECONNRESET"),
            Map.entry(10055, "WSAENOBUFS"),
            Map.entry(10091, "WSASYSNOTREADY"),
            Map.entry(10092, "WSAVERNOTSUPPORTED"),
            Map.entry(10093, "WSANOTINITIALISED"),
            Map.entry(10104, "WSAEINVALIDPROCTABLE"),
            Map.entry(10105, "WSAEINVALIDPROVIDER"),
            Map.entry(10106, "WSAEPROVIDERFAILEDINIT"));

    private static final Map<String, String> REMEDY = Map.of(
            "WSAEACCES",
                    "another process listens there exclusively, or the port is reserved (netsh int ipv4 show"
                            + " excludedportrange tcp); choose another one",
            "WSAEADDRINUSE", "another process listens there; stop it or choose another address",
            "WSAEADDRNOTAVAIL", "this machine has no such address",
            "WSAEAFNOSUPPORT", "this machine does not support that kind of address",
            "WSAEMFILE", "this process has too many open sockets",
            "WSAENOBUFS", "the system is short of socket buffers");

    private WindowsError() {}

    /** For example {@code WSAEADDRINUSE (10048)}. */
    static String describe(int error) {
        String name = NAMES.get(error);
        return name == null ? "error " + error : name + " (" + error + ")";
    }

    /**
     * The exception for a failed call.
     *
     * @param operation what was attempted on what, as in {@code listen 0.0.0.0:80}
     */
    static IOException failure(String operation, String call, int error) {
        String remedy = REMEDY.get(NAMES.getOrDefault(error, ""));
        return new IOException(
                operation + ": " + call + ": " + describe(error) + (remedy == null ? "" : ": " + remedy));
    }
}
