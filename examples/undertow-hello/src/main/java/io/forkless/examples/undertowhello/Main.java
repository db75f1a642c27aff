package io.forkless.examples.undertowhello;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import io.forkless.spi.UnixListenSpec;
import io.forkless.undertow.ForklessUndertow;
import io.forkless.worker.Worker;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** An Undertow server that says which worker answers. The only line that makes it one is the builder's class. */
@Command(
        name = "undertow-hello",
        description = "Answers 'worker INDEX pid PID'; also /sleep?ms=N and /crash.",
        mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
    /** Strongly held: java.util.logging forgets the level of a logger that nobody refers to. */
    private static final Logger UNDERTOW_LOG = Logger.getLogger("io.undertow");

    private static final Logger XNIO_LOG = Logger.getLogger("org.xnio");

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "0.0.0.0",
            description = "The address to listen on; default: every one.")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The port to listen on; default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            converter = ListenConverter.class,
            description = "HOST:PORT, PORT or unix:PATH, in place of host and port; as the supervisor's --listen.")
    private ListenSpec listen;

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %5$s%6$s%n");
        System.setProperty("org.jboss.logging.provider", "jdk");
        UNDERTOW_LOG.setLevel(Level.WARNING);
        XNIO_LOG.setLevel(Level.WARNING);
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("undertow-hello: " + failure.getMessage());
            return 1;
        });
        int status = commandLine.execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws Exception {
        Optional<Worker> worker = Worker.current();
        String index = worker.map(w -> Integer.toString(w.index())).orElse("-");
        Undertow server = listening(ForklessUndertow.builder())
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(new HelloHandler(index))
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            throw reason(e);
        }
        System.out.println("serving: curl "
                + (server.getListenerInfo().get(0).getAddress() instanceof InetSocketAddress address
                        ? "http://localhost:" + address.getPort() + "/"
                        : "--unix-socket " + ((UnixListenSpec) listen).path() + " http://localhost/"));
        return 0;
    }

    private ForklessUndertow.Builder listening(ForklessUndertow.Builder builder) {
        if (listen instanceof UnixListenSpec unix) {
            return builder.addHttpListener(Path.of(unix.path()));
        }
        TcpListenSpec tcp = listen == null ? ListenSpec.tcp(host, port) : (TcpListenSpec) listen;
        return builder.addHttpListener(tcp.port(), tcp.host() == null ? "0.0.0.0" : tcp.host());
    }

    /** Undertow wraps it, and the JDK's does not tell the address. */
    private Exception reason(RuntimeException failure) {
        if (failure.getCause() instanceof BindException bind) {
            return new IOException(
                    "listen " + (listen == null ? host + ":" + port : listen) + ": " + bind.getMessage(), bind);
        }
        return failure.getCause() instanceof Exception cause ? cause : failure;
    }

    static final class ListenConverter implements ITypeConverter<ListenSpec> {
        @Override
        public ListenSpec convert(String value) {
            try {
                return ListenSpec.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
