package io.forkless.undertow;

import io.forkless.spi.ListenSpec;
import io.forkless.worker.OwnListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.ServerSocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/** The listeners of a server without a supervisor, which binds them itself. As in a worker, it accepts from copies. */
final class OwnListeners implements ListenerSource {
    private static final System.Logger LOG = System.getLogger(OwnListeners.class.getName());

    private final Map<ListenSpec, OwnListener> listeners = new LinkedHashMap<>();

    @Override
    public synchronized ServerSocketChannel listen(ListenSpec spec) throws IOException {
        OwnListener known = listeners.get(spec);
        if (known != null) {
            return known.copy();
        }
        OwnListener bound = OwnListener.bind(spec);
        try {
            ServerSocketChannel first = bound.copy();
            listeners.put(spec, bound);
            return first;
        } catch (IOException | RuntimeException | Error e) {
            close(bound);
            throw e;
        }
    }

    @Override
    public synchronized void stopped() {
        listeners.values().forEach(OwnListeners::close);
        listeners.clear();
    }

    private static void close(OwnListener listener) {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "a listener cannot be closed", e);
        }
    }
}
