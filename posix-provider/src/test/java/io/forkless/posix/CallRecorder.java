package io.forkless.posix;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Sees calls in another JVM, as its debugger: every call of every method, native ones included, of some classes, in all
 * threads. A sampling profiler could only say that it has seen none.
 */
final class CallRecorder implements AutoCloseable {
    private final List<String> classes;
    private final ListeningConnector connector;
    private final Map<String, Connector.Argument> arguments;
    private final String address;
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private VirtualMachine vm;

    /** One of them. */
    record Call(String thread, String type, String method) {}

    /** @param classes their names, which may end in a {@code *} */
    CallRecorder(String... classes) throws IOException, IllegalConnectorArgumentsException {
        this.classes = List.of(classes);
        connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(candidate -> candidate.transport().name().equals("dt_socket"))
                .findFirst()
                .orElseThrow();
        arguments = connector.defaultArguments();
        arguments.get("localAddress").setValue("127.0.0.1");
        address = connector.startListening(arguments);
    }

    /** Makes a JVM wait for {@link #attach()} as it starts. */
    String jvmOption() {
        return "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:"
                + address.substring(address.lastIndexOf(':') + 1);
    }

    /** Lets the JVM go on. */
    void attach() throws IOException, IllegalConnectorArgumentsException {
        vm = connector.accept(arguments);
        Thread reader = new Thread(this::read, "calls");
        reader.setDaemon(true);
        reader.start();
        vm.resume();
    }

    /** Sees calls from now on, each of which takes the JVM much longer. */
    void record() {
        for (String name : classes) {
            MethodEntryRequest request = vm.eventRequestManager().createMethodEntryRequest();
            request.addClassFilter(name);
            request.setSuspendPolicy(EventRequest.SUSPEND_NONE);
            request.enable();
        }
    }

    /** Those that have been told of, in their order: one that is here has none before it that is still on its way. */
    List<Call> calls() {
        return List.copyOf(calls);
    }

    private void read() {
        try {
            while (true) {
                for (Event event : vm.eventQueue().remove()) {
                    if (event instanceof MethodEntryEvent entry) {
                        calls.add(new Call(
                                entry.thread().name(),
                                entry.method().declaringType().name(),
                                entry.method().name()));
                    }
                }
            }
        } catch (VMDisconnectedException | InterruptedException e) {
            // it has ended
        }
    }

    @Override
    public void close() throws IOException, IllegalConnectorArgumentsException {
        connector.stopListening(arguments);
    }
}
