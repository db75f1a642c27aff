package io.forkless.internal.control;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.ListenerProviders;
import java.net.ProtocolException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One line of the conversation of a supervisor with a worker, or with an operator's command: UTF-8, words separated by one space, the last field
 * may hold spaces, at most {@value #MAX_LINE_BYTES} bytes with the line feed.
 *
 * <pre>
 * worker      hello VERSION TOKEN PID [WORD]...     the first line of a connection; debugged: a debugger may stop the JVM;
 *                                                   reopens-output: it can reopen its output; others are ignored
 * supervisor  welcome DRAIN_MILLIS HEARTBEAT_MILLIS    or: refused 0 REASON
 * worker      listen ID BACKLOG OPTIONS ADDRESS       options of a port: IPV6ONLY, of a path: MODE:OWNER:GROUP
 * supervisor  ticket ID PROVIDER:BASE64          or: refused ID REASON
 * worker      ready
 * worker      unready                            serves, but is not ready any more
 * worker      heartbeat ACCEPTED OPEN HEAP_USED  again and again
 * supervisor  dump-threads                       to standard error
 * supervisor  reopen-output                      only to a worker that can: reopen the log file that it writes itself
 * supervisor  drain
 * worker      bye                                drained, about to exit
 *
 * worker      again VERSION TOKEN PID [KEY=VALUE ...]   the first line of one that has lost its supervisor; answered as hello
 * supervisor  hand-over ID                       wants a copy of that listener; answered by ticket or refused
 * supervisor  adopted                            the worker belongs to this supervisor from now on
 *
 * operator    operator VERSION TOKEN             the first line of a connection
 * operator    do VERB [ARGUMENT]
 * supervisor  report [TEXT]                      as many as there are; every 3 s an empty one, a sign of life
 * supervisor  done TEXT                          or: failed EXIT_STATUS REASON
 * </pre>
 *
 * Either side takes the end of the stream as the death of the other one.
 */
public sealed interface ControlMessage {
    int VERSION = 1;

    int MAX_LINE_BYTES = 8192;

    /** Text of this message without the line feed. */
    String encode();

    /**
     * @param debugged whether a debugger may stop the worker's JVM for as long as it likes
     * @param reopensOutput whether its standard output is a file that it can reopen
     */
    record Hello(int version, String token, long pid, boolean debugged, boolean reopensOutput)
            implements ControlMessage {
        private static final String DEBUGGED = "debugged";
        private static final String REOPENS_OUTPUT = "reopens-output";

        /** From a worker whose standard output is not such a file. */
        public Hello(int version, String token, long pid, boolean debugged) {
            this(version, token, pid, debugged, false);
        }

        @Override
        public String encode() {
            return "hello " + version + " " + token + " " + pid + words();
        }

        @Override
        public String toString() {
            return "Hello[version " + version + ", pid " + pid + words() + "]"; // never the token
        }

        private String words() {
            return (debugged ? " " + DEBUGGED : "") + (reopensOutput ? " " + REOPENS_OUTPUT : "");
        }
    }

    /** @param heartbeatInterval how often the worker is to report */
    record Welcome(Duration drainTimeout, Duration heartbeatInterval) implements ControlMessage {
        public Welcome {
            if (drainTimeout.isNegative()) {
                throw new IllegalArgumentException("drain time-out " + drainTimeout + " is negative");
            }
            if (heartbeatInterval.toMillis() < 1) {
                throw new IllegalArgumentException("heartbeat interval " + heartbeatInterval + " is not positive");
            }
        }

        @Override
        public String encode() {
            return "welcome " + drainTimeout.toMillis() + " " + heartbeatInterval.toMillis();
        }
    }

    record Listen(long id, ListenSpec spec) implements ControlMessage {
        @Override
        public String encode() {
            return "listen " + id + " " + spec.backlog() + " " + ListenOptions.encode(spec) + " " + spec;
        }
    }

    record Granted(long id, Ticket ticket) implements ControlMessage {
        @Override
        public String encode() {
            return "ticket " + id + " " + ticket.encode();
        }
    }

    record Refused(long id, String reason) implements ControlMessage {
        @Override
        public String encode() {
            return "refused " + id + " " + reason.replaceAll("\\p{Cntrl}", " ");
        }
    }

    record Ready() implements ControlMessage {
        @Override
        public String encode() {
            return "ready";
        }
    }

    record Unready() implements ControlMessage {
        @Override
        public String encode() {
            return "unready";
        }
    }

    /**
     * @param accepted connections since the worker started
     * @param open connections
     * @param heapUsed in bytes
     */
    record Heartbeat(long accepted, long open, long heapUsed) implements ControlMessage {
        /** Of a worker that has not reported yet. */
        public static final Heartbeat NONE = new Heartbeat(0, 0, 0);

        @Override
        public String encode() {
            return "heartbeat " + accepted + " " + open + " " + heapUsed;
        }
    }

    /**
     * A listener of which a worker has a copy.
     *
     * @param id the worker's number for it
     * @param provider the name of the provider that hands it over
     * @param bound see {@link BoundAddress}
     */
    record Holding(long id, String provider, String bound) {
        String encode() {
            return id + ":" + provider + ":" + URLEncoder.encode(bound, StandardCharsets.UTF_8);
        }

        static Holding decode(String text) {
            String[] part = text.split(":", 3);
            if (part.length != 3) {
                throw new IllegalArgumentException("not ID:PROVIDER:ADDRESS");
            }
            return new Holding(
                    Long.parseLong(part[0]),
                    ListenerProviders.requireValidName(part[1]),
                    URLDecoder.decode(part[2], StandardCharsets.UTF_8));
        }
    }

    /**
     * A worker that has lost its supervisor calls the next one. The message has a version of its own, and a supervisor ignores
     * keys that it does not know: the two may be of different versions of Forkless.
     *
     * @param token the worker's secret
     * @param ready whether it serves
     * @param draining whether it was told to drain already
     * @param debugged as in {@link Hello}
     * @param reopensOutput as in {@link Hello}
     */
    record Again(
            int version,
            String token,
            long pid,
            boolean ready,
            boolean draining,
            boolean debugged,
            boolean reopensOutput,
            List<Holding> holdings)
            implements ControlMessage {
        public static final int CURRENT_VERSION = 1;

        private static final int FIXED_FIELDS = 3;

        public Again {
            holdings = List.copyOf(holdings);
        }

        @Override
        public String encode() {
            StringBuilder line = new StringBuilder("again " + version + " " + token + " " + pid);
            line.append(" ready=")
                    .append(ready)
                    .append(" draining=")
                    .append(draining)
                    .append(" debugged=")
                    .append(debugged);
            line.append(" reopens-output=").append(reopensOutput);
            for (Holding holding : holdings) {
                String word = " holds=" + holding.encode();
                if (line.length() + word.length() < MAX_LINE_BYTES) { // a whole one or none
                    line.append(word);
                }
            }
            return line.toString();
        }

        static Again decode(String rest) {
            String[] word = rest.split(" ");
            if (word.length < FIXED_FIELDS) {
                throw new IllegalArgumentException("too few fields");
            }
            Map<String, String> values = new HashMap<>();
            List<Holding> holdings = new ArrayList<>();
            for (String pair : List.of(word).subList(FIXED_FIELDS, word.length)) {
                int equals = pair.indexOf('=');
                String key = pair.substring(0, Math.max(0, equals));
                if (key.equals("holds")) {
                    holdings.add(Holding.decode(pair.substring(equals + 1)));
                }
                values.put(key, pair.substring(equals + 1));
            }
            return new Again(
                    Integer.parseInt(word[0]),
                    word[1],
                    Long.parseLong(word[2]),
                    Boolean.parseBoolean(values.get("ready")),
                    Boolean.parseBoolean(values.get("draining")),
                    Boolean.parseBoolean(values.get("debugged")),
                    Boolean.parseBoolean(values.get("reopens-output")),
                    holdings);
        }

        @Override
        public String toString() {
            return "Again[version " + version + ", pid " + pid + ", " + holdings + "]"; // never the token
        }
    }

    record HandOver(long id) implements ControlMessage {
        @Override
        public String encode() {
            return "hand-over " + id;
        }
    }

    /** @param readsOutput whether the supervisor reads what the worker prints; an older one always tries to */
    record Adopted(boolean readsOutput) implements ControlMessage {
        private static final String UNREAD = "reads-output=false";

        @Override
        public String encode() {
            return readsOutput ? "adopted" : "adopted " + UNREAD;
        }

        static Adopted decode(String rest) {
            return new Adopted(!List.of(rest.split(" ")).contains(UNREAD));
        }
    }

    record DumpThreads() implements ControlMessage {
        @Override
        public String encode() {
            return "dump-threads";
        }
    }

    record ReopenOutput() implements ControlMessage {
        @Override
        public String encode() {
            return "reopen-output";
        }
    }

    record Drain() implements ControlMessage {
        @Override
        public String encode() {
            return "drain";
        }
    }

    record Bye() implements ControlMessage {
        @Override
        public String encode() {
            return "bye";
        }
    }

    record Operator(int version, String token) implements ControlMessage {
        @Override
        public String encode() {
            return "operator " + version + " " + token;
        }

        @Override
        public String toString() {
            return "Operator[version " + version + "]"; // never the token
        }
    }

    /** @param argument empty if the verb has none */
    record Do(String verb, String argument) implements ControlMessage {
        @Override
        public String encode() {
            return "do " + verb + " " + argument;
        }
    }

    record Report(String text) implements ControlMessage {
        @Override
        public String encode() {
            return "report " + text.replaceAll("\\p{Cntrl}", " ");
        }
    }

    record Done(String text) implements ControlMessage {
        @Override
        public String encode() {
            return "done " + text.replaceAll("\\p{Cntrl}", " ");
        }
    }

    /** @param exitStatus of the operator's command, not 0 */
    record Failed(int exitStatus, String reason) implements ControlMessage {
        @Override
        public String encode() {
            return "failed " + exitStatus + " " + reason.replaceAll("\\p{Cntrl}", " ");
        }
    }

    /** The message as it goes over the wire, line feed included. A text that is too long is cut. */
    default byte[] toBytes() {
        byte[] bytes = encode().getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MAX_LINE_BYTES - 1);
        byte[] line = new byte[length + 1];
        System.arraycopy(bytes, 0, line, 0, length);
        line[length] = '\n';
        return line;
    }

    /** @throws ProtocolException if the line is no message; its text does not repeat the line, which may hold a secret */
    static ControlMessage parse(String line) throws ProtocolException {
        String[] word = line.split(" ", 2);
        String rest = word.length == 2 ? word[1] : "";
        try {
            return switch (word[0]) {
                case "hello" -> {
                    String[] field = fields(rest + " ", 4);
                    List<String> words = List.of(field[3].split(" "));
                    yield new Hello(
                            Integer.parseInt(field[0]),
                            field[1],
                            Long.parseLong(field[2]),
                            words.contains(Hello.DEBUGGED),
                            words.contains(Hello.REOPENS_OUTPUT));
                }
                case "welcome" -> {
                    String[] field = fields(rest, 2);
                    yield new Welcome(
                            Duration.ofMillis(Long.parseLong(field[0])), Duration.ofMillis(Long.parseLong(field[1])));
                }
                case "listen" -> {
                    String[] field = fields(rest, 4);
                    yield new Listen(
                            Long.parseLong(field[0]),
                            ListenOptions.apply(
                                    field[2], ListenSpec.parse(field[3]).withBacklog(Integer.parseInt(field[1]))));
                }
                case "ticket" -> {
                    String[] field = fields(rest, 2);
                    yield new Granted(Long.parseLong(field[0]), Ticket.decode(field[1]));
                }
                case "refused" -> {
                    String[] field = fields(rest, 2);
                    yield new Refused(Long.parseLong(field[0]), field[1]);
                }
                case "ready" -> new Ready();
                case "unready" -> new Unready();
                case "heartbeat" -> {
                    String[] field = fields(rest, 3);
                    yield new Heartbeat(Long.parseLong(field[0]), Long.parseLong(field[1]), Long.parseLong(field[2]));
                }
                case "again" -> Again.decode(rest);
                case "hand-over" -> new HandOver(Long.parseLong(rest));
                case "adopted" -> Adopted.decode(rest);
                case "dump-threads" -> new DumpThreads();
                case "reopen-output" -> new ReopenOutput();
                case "drain" -> new Drain();
                case "bye" -> new Bye();
                case "operator" -> {
                    String[] field = fields(rest, 2);
                    yield new Operator(Integer.parseInt(field[0]), field[1]);
                }
                case "do" -> {
                    String[] field = fields(rest, 2);
                    yield new Do(field[0], field[1]);
                }
                case "report" -> new Report(rest);
                case "done" -> new Done(rest);
                case "failed" -> {
                    String[] field = fields(rest, 2);
                    yield new Failed(Integer.parseInt(field[0]), field[1]);
                }
                default -> throw new ProtocolException("unknown control message");
            };
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("malformed control message");
        }
    }

    private static String[] fields(String rest, int count) {
        String[] fields = rest.split(" ", count);
        if (fields.length != count) {
            throw new IllegalArgumentException("too few fields");
        }
        return fields;
    }
}
