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
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * systemd's sides of socket activation (sd_listen_fds(3)), state notification (sd_notify(3)) and watchdog
 * (sd_watchdog_enabled(3)): three agreements on environment variables, file descriptors and a datagram socket.
 */
public final class Systemd implements ServiceManager {
    /** {@code SD_LISTEN_FDS_START} */
    private static final int FIRST_DESCRIPTOR = 3;

    private static final AtomicBoolean TAKEN = new AtomicBoolean();

    private final Map<String, String> environment;

    public Systemd() {
        this(System.getenv());
    }

    Systemd(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public String name() {
        return "systemd";
    }

    @Override
    public boolean isPresent() {
        return Platform.isLinux() && (environment.containsKey("NOTIFY_SOCKET") || isForThisProcess("LISTEN_PID"));
    }

    @Override
    public void notify(State state, String details) throws IOException {
        String path = environment.get("NOTIFY_SOCKET");
        if (path == null) {
            return;
        }
        String message = switch (state) {
            case READY -> "READY=1\nMAINPID=" + ProcessHandle.current().pid();
            // CLOCK_MONOTONIC, which is what System.nanoTime() reads on Linux.
            case RELOADING -> "RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000;
            case STOPPING -> "STOPPING=1";
            case ALIVE -> "WATCHDOG=1";
        };
        send(path, details.isEmpty() ? message : message + "\nSTATUS=" + details);
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
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (!isForThisProcess("LISTEN_PID") || !count.matches("\\d{1,4}") || !TAKEN.compareAndSet(false, true)) {
            return List.of();
        }
        List<SharedListener> listeners = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(count); i++) {
            NativeSocket socket = new NativeSocket(FIRST_DESCRIPTOR + i);
            listeners.add(PosixListener.inherited(socket));
        }
        return listeners;
    }

    private boolean isForThisProcess(String variable) {
        return Long.toString(ProcessHandle.current().pid()).equals(environment.get(variable));
    }

    /** A path of an absolute name, or of an abstract one after {@code @}; unix(7). */
    private static void send(String path, String message) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        if (name[0] == '@') {
            name[0] = 0;
        }
        NativeSocket socket = NativeSocket.datagram("notify systemd");
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
