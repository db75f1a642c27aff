package io.forkless.supervisor.link;

import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Hello;

/** A worker that may call, as the {@link ControlServer} sees it. */
public interface ExpectedWorker {
    int index();

    /** Whether that process is the one that was started, or a descendant of it. */
    boolean owns(ProcessHandle candidate);

    /**
     * It has called, over that connection.
     *
     * @param hello its first message
     */
    void connected(ControlConnection connection, ProcessHandle peer, Hello hello);

    /** Whether the connection over which it has called is open, as far as is known. */
    boolean isConnected();

    /** Reads what has come over that connection, its end included. */
    void hearOut();

    /** It has called again: it had lost this supervisor, or an earlier one. */
    void connectedAgain(ControlConnection connection, ProcessHandle peer, Again introduction);
}
