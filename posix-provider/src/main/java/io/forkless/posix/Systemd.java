package io.forkless.posix;

import com.sun.jna.Memory;
import com.sun.jna.Platform;
import io.forkless.spi.ServiceManager;
import io.forkless.spi.SharedListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * systemd's sides of socket activation (sd_listen_fds(3)), state notification (sd_notify(3)) and watchdog
 * (sd_watchdog_enabled(3)): three agreements on environment variables, file descriptors and a datagram socket.
 */
public final class Systemd implements ServiceManager {
    /** {@code SD_LISTEN_FDS_START} */
    private static final int FIRST_DESCRIPTOR = 3;

    /** The first descriptors of those that this process has taken. */
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private final Map<String, String> environment;
    private final int firstDescriptor;

    public Systemd() {
        this(System.getenv(), FIRST_DESCRIPTOR);
    }

    Systemd(Map<String, String> environment, int firstDescriptor) {
        this.environment = environment;
        this.firstDescriptor = firstDescriptor;
    }

    @Override
    public String name() {
        return "systemd";
    }

    @Override
    public boolean isPresent() {
        return Platform.isLinux() && (notifyAddress() != null || isForThisProcess("LISTEN_PID"));
    }

    @Override
    public void notify(State state, String details) throws IOException {
        String address = notifyAddress();
        if (address == null) {
            return;
        }
        String message = switch (state) {
            case READY -> "READY=1\nMAINPID=" + ProcessHandle.current().pid();
            // CLOCK_MONOTONIC, which is what System.nanoTime() reads on Linux.
            case RELOADING -> "RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000;
            case STOPPING -> "STOPPING=1";
            case ALIVE -> "WATCHDOG=1";
        };
        // Each line is an assignment of its own; the details may quote anything.
        String status = details.replaceAll("\\R", " ");
        send(address, status.isEmpty() ? message : message + "\nSTATUS=" + status);
    }

    /** Sent by the process that systemd takes for the main one, so that {@code NotifyAccess=main} is enough. */
    @Override
    public void successor(long pid) throws IOException {
        if (notifyAddress() != null) {
            send(notifyAddress(), "MAINPID=" + pid);
        }
    }

    @Override
    public Optional<Duration> watchdogInterval() {
        String micros = environment.get("WATCHDOG_USEC");
        boolean ours = !environment.containsKey("WATCHDOG_PID") || isForThisProcess("WATCHDOG_PID");
        return micros == null || !ours || !micros.matches("\\d{1,18}")
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Long.parseLong(micros) * 1000));
    }

    @Override
    public List<SharedListener> takeListeners() throws IOException {
        String count = environment.get("LISTEN_FDS");
        if (!isForThisProcess("LISTEN_PID") || count == null) {
            return List.of();
        }
        if (TAKEN.contains(firstDescriptor)) {
            return List.of();
        }
        List<NativeSocket> sockets = PassedDescriptors.listening(count, firstDescriptor);
        if (!TAKEN.add(firstDescriptor)) {
            return List.of();
        }
        List<SharedListener> listeners = new ArrayList<>();
        try {
            for (NativeSocket socket : sockets) {
                listeners.add(PosixListener.inherited(socket));
            }
        } catch (IOException | RuntimeException | Error e) {
            for (SharedListener listener : listeners) {
                listener.close();
            }
            throw e;
        }
        return listeners;
    }

    /** Of those that are open in this process and for another one, as a script leaves them that starts it. */
    @Override
    public Optional<String> outOfReach() {
        return forAnother().filter(hint -> isListener(firstDescriptor));
    }

    /** What is to be said of a bind that fails, since sockets may be open elsewhere for another process than this one. */
    static Optional<String> hint() {
        return Platform.isLinux() ? new Systemd().forAnother() : Optional.empty();
    }

    private Optional<String> forAnother() {
        String pid = environment.getOrDefault("LISTEN_PID", "");
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (isForThisProcess("LISTEN_PID") || !pid.matches("\\d{1,18}") || !count.matches("0*[1-9]\\d{0,3}")) {
            return Optional.empty();
        }
        String program = ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().command())
                .map(command -> " (" + command + ")")
                .orElse("");
        return Optional.of("the sockets that systemd has opened (LISTEN_FDS) are meant for the process " + pid + program
                + " and not for this one (" + ProcessHandle.current().pid()
                + "): in a script, put 'exec' before the command that runs the supervisor, and use 'run', not 'start'");
    }

    private static boolean isListener(int descriptor) {
        try {
            new NativeSocket(descriptor).requireListening("LISTEN_FDS");
            return true;
        } catch (IOException | LinkageError e) {
            return false; // it is not open here, or something else
        }
    }

    @Override
    public String provider() {
        return PosixListenerProvider.NAME;
    }

    private String notifyAddress() {
        String address = environment.get("NOTIFY_SOCKET");
        return address == null || address.isEmpty() ? null : address;
    }

    private boolean isForThisProcess(String variable) {
        return Long.toString(ProcessHandle.current().pid()).equals(environment.get(variable));
    }

    /** A path of an absolute name, or of an abstract one after {@code @}; unix(7). */
    private static void send(String path, String message) throws IOException {
        if (path.charAt(0) != '/' && path.charAt(0) != '@') {
            throw new IOException("notify systemd at " + path + ": neither a path nor an abstract address");
        }
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        NativeSocket socket = NativeSocket.unbound("notify systemd", Abi.AF_UNIX, Abi.SOCK_DGRAM);
        try (Memory address = new Memory(2 + name.length);
                Memory bytes = new Memory(text.length)) {
            address.setShort(0, (short) Abi.AF_UNIX);
            address.write(2, name, 0, name.length);
            bytes.write(0, text, 0, text.length);
            socket.send("notify systemd at " + path, bytes, address);
        } finally {
            socket.close();
        }
    }
}
