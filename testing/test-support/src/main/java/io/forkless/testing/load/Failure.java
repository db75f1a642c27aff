package io.forkless.testing.load;

/**
 * A request that got no good answer.
 *
 * @param client which one, from 0
 * @param worker who had given the connection's last answer; null if there was none yet
 * @param waitedMillis since the client began to connect, or to send the request, respectively
 */
public record Failure(int client, Manner manner, String worker, Outcome outcome, String message, long waitedMillis) {
    @Override
    public String toString() {
        return manner + " " + worker + ": " + outcome + ": " + message + " after " + waitedMillis + " ms";
    }
}
