package io.forkless.internal.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;

/**
 * What a worker needs to find its supervisor: an owner-only file in the supervisor's private directory, named by the
 * environment variable {@link #ENVIRONMENT}. The worker deletes the file as it reads it, so the token in it is seen
 * once and nothing secret stays in the environment that the worker's own children inherit.
 *
 * @param index the worker's index, from 0
 * @param address a Unix-domain path, or a loopback address where the platform has none
 * @param token proves to the supervisor which worker is calling; one connection at a time
 * @param output the log file that is the worker's standard output and error; {@code null} if there is none
 * @param service where the worker finds the next supervisor; {@code null} if it is not to look for one
 */
public record BootstrapFile(int index, SocketAddress address, String token, Path output, Service service) {
    /**
     * Where a worker that has lost its supervisor finds the next one.
     *
     * @param name of the supervisor
     * @param endpoint the file that guards the name
     * @param record the worker's own
     * @param origin see {@link WorkerRecord}
     * @param orphanTimeout how long it serves on without a supervisor
     */
    public record Service(String name, Path endpoint, Path record, String origin, Duration orphanTimeout) {
        public Service {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(origin, "origin");
        }
    }

    /** For a worker that drains when its supervisor goes. */
    public BootstrapFile(int index, SocketAddress address, String token) {
        this(index, address, token, null, null);
    }

    public BootstrapFile withService(Service newService) {
        return new BootstrapFile(index, address, token, output, newService);
    }

    /** Names the bootstrap file. */
    public static final String ENVIRONMENT = "FORKLESS_CONTROL";

    /** The worker's index, for scripts and JVM options. */
    public static final String INDEX_ENVIRONMENT = "FORKLESS_WORKER_INDEX";

    /** The control socket's file name in the private directory. */
    public static final String SOCKET_FILE = "control.sock";

    /** Where operator's commands find a supervisor without a name, in the private directory. */
    public static final String ENDPOINT_FILE = "endpoint";

    /** How a bootstrap file's name ends. */
    public static final String FILE_SUFFIX = ".bootstrap";

    private static final int MAX_BYTES = 4096;

    /** So that everything fits. A worker with a longer path does not reopen its output. */
    private static final int LONGEST_OUTPUT = 1024;

    /** @param file absolute */
    public BootstrapFile withOutput(Path file) {
        return new BootstrapFile(index, address, token, file, service);
    }

    /** Writes this to a file that must not exist yet and that only the owner can read. */
    public void writeTo(Path file) throws IOException {
        Properties properties = new Properties();
        properties.setProperty("version", Integer.toString(ControlMessage.VERSION));
        properties.setProperty("index", Integer.toString(index));
        properties.setProperty("token", token);
        if (address instanceof UnixDomainSocketAddress unix) {
            properties.setProperty("unix", unix.getPath().toString());
        } else {
            properties.setProperty("port", Integer.toString(((InetSocketAddress) address).getPort()));
        }
        if (service != null) { // an older worker does not know these
            properties.setProperty("name", service.name());
            properties.setProperty("endpoint", service.endpoint().toString());
            properties.setProperty("record", service.record().toString());
            properties.setProperty("origin", service.origin());
            properties.setProperty(
                    "orphan-timeout", Long.toString(service.orphanTimeout().toMillis()));
        }
        if (output != null && output.toString().length() <= LONGEST_OUTPUT) {
            properties.setProperty("output", output.toString());
        }
        StringWriter text = new StringWriter();
        properties.store(text, null);
        try (OutputStream out = Channels.newOutputStream(Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PrivateDirectory.ownerOnly(file)))) {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw PrivateDirectory.cannotWrite(file, e);
        }
    }

    /**
     * Reads and deletes the file.
     *
     * @throws IOException with a message for the person who started this process
     */
    public static BootstrapFile take(Path file) throws IOException {
        Properties properties = new Properties();
        try {
            try (InputStream in = Files.newInputStream(file)) {
                String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
                properties.load(new StringReader(text));
            }
        } catch (NoSuchFileException e) {
            throw new IOException(
                    ENVIRONMENT
                            + " names a bootstrap file that was used already or whose supervisor is gone ("
                            + file + "): a process must be started by 'forkless run' to be a worker; unset "
                            + ENVIRONMENT
                            + " to run it on its own",
                    e);
        } catch (IOException e) {
            throw new IOException(ENVIRONMENT + " names a file that cannot be read: " + file + ": " + e, e);
        } catch (IllegalArgumentException e) {
            throw notABootstrapFile(file);
        }
        try {
            int version = Integer.parseInt(properties.getProperty("version"));
            if (version != ControlMessage.VERSION) {
                throw new IOException("the supervisor speaks control protocol " + version + ", this worker "
                        + ControlMessage.VERSION + ": use the same Forkless version for both");
            }
            String unix = properties.getProperty("unix");
            SocketAddress address = unix != null
                    ? UnixDomainSocketAddress.of(unix)
                    : new InetSocketAddress("127.0.0.1", Integer.parseInt(properties.getProperty("port")));
            BootstrapFile bootstrap = new BootstrapFile(
                    Integer.parseInt(properties.getProperty("index")),
                    address,
                    Objects.requireNonNull(properties.getProperty("token")),
                    output(properties.getProperty("output")),
                    service(properties));
            Files.deleteIfExists(file); // only now that it is known to be one
            return bootstrap;
        } catch (IllegalArgumentException | NullPointerException e) {
            throw notABootstrapFile(file);
        }
    }

    private static Service service(Properties properties) {
        return properties.getProperty("orphan-timeout") == null
                ? null
                : new Service(
                        properties.getProperty("name"),
                        Path.of(properties.getProperty("endpoint")),
                        Path.of(properties.getProperty("record")),
                        properties.getProperty("origin"),
                        Duration.ofMillis(Long.parseLong(properties.getProperty("orphan-timeout"))));
    }

    /** {@code null} if the path cannot be written in the locale of this process, which may differ from the supervisor's. */
    private static Path output(String property) {
        try {
            return property == null ? null : Path.of(property);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return "BootstrapFile[worker " + index + ", " + address + "]"; // never the token
    }

    private static IOException notABootstrapFile(Path file) {
        return new IOException(ENVIRONMENT + " names a file that is not a bootstrap file: "
                + file); // a cause would repeat what is in it
    }
}
