package io.forkless.examples.jettyhello;

import io.forkless.jetty.SharedServerConnector;
import io.forkless.spi.ListenSpec;
import io.forkless.spi.TcpListenSpec;
import io.forkless.spi.UnixListenSpec;
import io.forkless.worker.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** A Jetty server that says which worker answers. The only line that makes it one is the connector's class. */
@Command(
        name = "jetty-hello",
        description = "Answers 'worker INDEX pid PID'; also /sleep?ms=N and /crash.",
        mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
    /** Strongly held: java.util.logging forgets the level of a logger that nobody refers to. */
    private static final Logger JETTY_LOG = Logger.getLogger("org.eclipse.jetty");

    @Option(names = "--host", paramLabel = "HOST", description = "The address to listen on; default: every one.")
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
        JETTY_LOG.setLevel(Level.WARNING);
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> {
            command.getErr().println("jetty-hello: " + failure.getMessage());
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
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        SharedServerConnector connector = new SharedServerConnector(
                server, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
        listenOn(connector);
        server.addConnector(connector);
        server.setHandler(new HelloHandler(index));
        try {
            server.start();
        } catch (IOException e) {
            server.stop();
            throw e;
        }
        Path path = connector.getUnixDomainPath();
        System.out.println(
                path == null
                        ? "serving: curl http://localhost:" + connector.getLocalPort() + "/"
                        : "serving: curl --unix-socket " + path + " http://localhost/");
        server.join();
        return 0;
    }

    private void listenOn(SharedServerConnector connector) {
        if (listen instanceof UnixListenSpec unix) {
            connector.setUnixDomainPath(Path.of(unix.path()));
        } else {
            TcpListenSpec tcp = listen == null ? ListenSpec.tcp(host, port) : (TcpListenSpec) listen;
            connector.setHost(tcp.host());
            connector.setPort(tcp.port());
        }
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
