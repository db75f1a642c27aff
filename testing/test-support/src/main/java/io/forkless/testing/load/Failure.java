package io.forkless.testing.load;

/**
 * A request that got no good answer.
 *
 * @param client which one, from 0
 * @param kind of client
 * @param worker who had given the connection's last answer; null if there was none yet
 */
public record Failure(int client, Object kind, String worker, Outcome outcome, String message) {
    @Override
    public String toString() {
        return kind + " " + worker + ": " + outcome + ": " + message;
    }
}
