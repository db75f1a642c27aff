package io.forkless.control;

import io.forkless.spi.ListenSpec;
import io.forkless.spi.Ticket;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One line of the conversation between a worker and its supervisor: UTF-8, words separated by one space, the last field
 * may hold spaces, at most {@value #MAX_LINE_BYTES} bytes with the line feed.
 *
 * <pre>
 * worker      hello VERSION TOKEN PID            the first line of a connection
 * supervisor  welcome DRAIN_MILLIS               or: refused 0 REASON
 * worker      listen ID BACKLOG IPV6ONLY ADDRESS
 * supervisor  ticket ID PROVIDER:BASE64          or: refused ID REASON
 * worker      ready
 * supervisor  drain
 * worker      bye                                drained, about to exit
 * </pre>
 *
 * Either side takes the end of the stream as the death of the other one.
 */
public sealed interface ControlMessage {
    int VERSION = 1;

    int MAX_LINE_BYTES = 8192;

    /** Text of this message without the line feed. */
    String encode();

    record Hello(int version, String token, long pid) implements ControlMessage {
        @Override
        public String encode() {
            return "hello " + version + " " + token + " " + pid;
        }

        @Override
        public String toString() {
            return "Hello[version " + version + ", pid " + pid + "]"; // never the token
        }
    }

    record Welcome(Duration drainTimeout) implements ControlMessage {
        public Welcome {
            if (drainTimeout.isNegative()) {
                throw new IllegalArgumentException("drain time-out " + drainTimeout + " is negative");
            }
        }

        @Override
        public String encode() {
            return "welcome " + drainTimeout.toMillis();
        }
    }

    record Listen(long id, ListenSpec spec) implements ControlMessage {
        @Override
        public String encode() {
            return "listen " + id + " " + spec.backlog() + " " + spec.ipv6Only() + " " + spec;
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
                    String[] field = fields(rest, 3);
                    yield new Hello(Integer.parseInt(field[0]), field[1], Long.parseLong(field[2]));
                }
                case "welcome" -> new Welcome(Duration.ofMillis(Long.parseLong(rest)));
                case "listen" -> {
                    String[] field = fields(rest, 4);
                    yield new Listen(
                            Long.parseLong(field[0]),
                            ListenSpec.parse(field[3])
                                    .withBacklog(Integer.parseInt(field[1]))
                                    .withIpv6Only(Boolean.parseBoolean(field[2])));
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
                case "drain" -> new Drain();
                case "bye" -> new Bye();
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
