package io.forkless.supervisor.process;

import io.forkless.internal.control.ControlMessage;
import io.forkless.internal.control.ControlMessage.Adopted;
import io.forkless.internal.control.ControlMessage.Again;
import io.forkless.internal.control.ControlMessage.Bye;
import io.forkless.internal.control.ControlMessage.Drain;
import io.forkless.internal.control.ControlMessage.DumpThreads;
import io.forkless.internal.control.ControlMessage.Granted;
import io.forkless.internal.control.ControlMessage.Heartbeat;
import io.forkless.internal.control.ControlMessage.Hello;
import io.forkless.internal.control.ControlMessage.Listen;
import io.forkless.internal.control.ControlMessage.Ready;
import io.forkless.internal.control.ControlMessage.Refused;
import io.forkless.internal.control.ControlMessage.ReopenOutput;
import io.forkless.internal.control.ControlMessage.Unready;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.supervisor.link.ControlConnection;
import io.forkless.supervisor.link.ExpectedWorker;
import io.forkless.supervisor.output.Attempt;
import io.forkless.supervisor.output.WorkerOutput.Reopening;
import io.forkless.supervisor.pool.WorkerProcess;
import java.lang.System.Logger.Level;
import java.net.ProtocolException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A real process and its link. Belongs to the event loop's thread. */
public final class SpawnedWorker implements WorkerProcess, ExpectedWorker, ControlConnection.Receiver {
    /** What a worker's messages lead to. */
    public interface Events {
        void ready(SpawnedWorker worker);

        void unready(SpawnedWorker worker);

        void drained(SpawnedWorker worker);

        void heartbeat(SpawnedWorker worker, Heartbeat heartbeat);

        void listenRequested(SpawnedWorker worker, Listen request);

        void linkLost(SpawnedWorker worker);

        /** It has called for the first time. */
        default void called(SpawnedWorker worker) {}

        /** It has called again after it had lost this supervisor or an earlier one. */
        default void calledAgain(SpawnedWorker worker, Again introduction) {}

        /** It has answered a request for a listener: with a ticket, or with the reason why not. */
        default void answered(SpawnedWorker worker, ControlMessage answer) {}
    }

    private final int index;
    private final Events events;
    private ProcessHandle process;
    private ControlConnection connection;
    private ProcessHandle linked;
    private ProcessIdentity owner;
    private boolean debugged;
    private boolean drained;
    private FilesInUse filesInUse = new FilesInUse(List.of());
    private List<Path> overwritten = List.of();
    private Path output;
    private Roster roster;
    private Path record;
    private boolean ready;
    private volatile Reopening reopening = Reopening.NOT_YET;
    private boolean everReady;
    private boolean draining;
    private boolean toDrain;
    private boolean outputRead = true;
    private String outdated;
    private String refusal = "";

    /** @param debugged whether its JVM is given a debug agent, as far as that is known before it has called */
    public SpawnedWorker(int index, Events events, boolean debugged) {
        this.index = index;
        this.events = events;
        this.debugged = debugged;
    }

    @Override
    public int index() {
        return index;
    }

    /** The process that speaks for it is recorded there. */
    void isRecordedIn(Roster newRoster, Path newRecord) {
        roster = newRoster;
        record = newRecord;
    }

    Path record() {
        return record;
    }

    /** @param newProcess the process that this supervisor or an earlier one has started */
    public void spawned(ProcessHandle newProcess) {
        process = newProcess;
    }

    /**
     * It was started by an earlier supervisor.
     *
     * @param newOwner the supervisor that it belonged to; {@code null} if that is unknown
     * @param newLinked the process that has called as this worker; {@code null} if none has
     */
    void adopted(ProcessIdentity newOwner, ProcessHandle newLinked) {
        owner = newOwner;
        linked = newLinked;
        outputRead = false;
    }

    /** The supervisor that it belonged to before this one; {@code null} if that is unknown. */
    public ProcessIdentity owner() {
        return owner;
    }

    /** Whether somebody reads what it prints: one that was left by an earlier supervisor has to wait for that. */
    boolean isOutputRead() {
        return outputRead;
    }

    void outputIsRead() {
        outputRead = true;
    }

    /** It was left by an earlier supervisor, and belongs to this one from now on. */
    public void tellAdopted() {
        send(new Adopted(outputRead));
    }

    void runsFrom(FilesInUse files) {
        filesInUse = files;
    }

    void printsTo(Path file) {
        output = file;
    }

    /** Whether it can be asked to reopen the log file that it writes itself. From any thread. */
    public Reopening reopening() {
        return reopening;
    }

    /** Asks it to reopen its log file. No effect if it cannot. */
    public void reopenOutput() {
        if (reopening == Reopening.POSSIBLE) {
            send(new ReopenOutput());
        }
    }

    /** Its process has exited, or was never started. */
    void ended() {
        reopening = Reopening.GONE;
    }

    /** It has got the listener that it asked for, if the reason is empty, or has not. */
    public void answered(String newRefusal) {
        refusal = newRefusal;
    }

    /** What it was started with. */
    public FilesInUse filesInUse() {
        return filesInUse;
    }

    /** Somebody has written over those, while it runs from them. */
    public void noteOverwritten(List<Path> files) {
        overwritten = files;
    }

    /** Empty if nobody has done that, as far as it is known. */
    public List<Path> overwritten() {
        return overwritten;
    }

    /** Whether that process is the spawned one or a descendant of it: a command may be a script that starts the JVM. */
    @Override
    public boolean owns(ProcessHandle candidate) {
        // ProcessHandle.equals compares start times too, so that a reused pid is another process.
        for (ProcessHandle p = candidate; p != null; p = p.parent().orElse(null)) {
            if (p.equals(process)) {
                return true;
            }
        }
        return candidate.equals(linked);
    }

    @Override
    public void connected(ControlConnection newConnection, ProcessHandle peer, Hello hello) {
        link(newConnection, peer, hello.debugged(), hello.reopensOutput());
        events.called(this);
    }

    /** @param isDebugged an older Forkless does not tell */
    private void link(ControlConnection newConnection, ProcessHandle peer, boolean isDebugged, boolean reopensOutput) {
        connection = newConnection;
        linked = peer;
        debugged |= isDebugged;
        reopening = reopensOutput ? Reopening.POSSIBLE : Reopening.IMPOSSIBLE;
        connection.deliverTo(this);
        if (toDrain) {
            send(new Drain());
        }
        if (roster != null) {
            roster.linked(record, peer);
        }
        if (debugged) {
            Attempt.log(
                    Level.INFO,
                    "worker " + index + " (pid " + peer.pid()
                            + "): runs under a debugger: no boot and no hang time-out");
        }
    }

    @Override
    public boolean isConnected() {
        return connection != null;
    }

    @Override
    public void connectedAgain(ControlConnection newConnection, ProcessHandle peer, Again introduction) {
        link(newConnection, peer, introduction.debugged(), introduction.reopensOutput());
        ready = introduction.ready();
        everReady |= ready;
        draining = introduction.draining();
        events.calledAgain(this, introduction);
    }

    /** Whether it serves, by its latest message. */
    public boolean isReady() {
        return ready;
    }

    /** Whether it has ever called, perhaps an earlier supervisor. */
    public boolean hasEverCalled() {
        return linked != null;
    }

    /** It is to be replaced when all workers have been adopted. */
    public void outdated(String reason) {
        outdated = reason;
    }

    /** Why it is to be replaced; {@code null} if it is not. */
    public String outdated() {
        return outdated;
    }

    /** Whether it was draining already when it called again. */
    public boolean isDraining() {
        return draining;
    }

    /** The process that speaks over the link. */
    public ProcessHandle linkedProcess() {
        return linked;
    }

    public void send(ControlMessage message) {
        if (connection != null) {
            connection.send(message);
        }
    }

    /** Reads what has come over the link, such as a message that a process sent before it exited. */
    @Override
    public void hearOut() {
        if (connection != null) {
            connection.readAvailable();
        }
    }

    /** Whether it has said that it has finished all that it had accepted. */
    boolean hasDrained() {
        return drained;
    }

    /** Ends its link, so that it calls another supervisor. */
    public void release() {
        if (connection != null) {
            connection.close("another supervisor takes over");
        }
    }

    /** Ends the link of a process that has exited: a descendant that still serves then drains. */
    public void disconnect() {
        if (connection != null) {
            connection.close("the process has exited");
        }
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public boolean isDebugged() {
        return debugged;
    }

    @Override
    public boolean drain() {
        toDrain = true; // one that was left by an earlier supervisor may call later
        send(new Drain());
        return connection != null;
    }

    @Override
    public void dumpThreads() {
        send(new DumpThreads());
    }

    @Override
    public long residentBytes() {
        return linked == null ? ResidentMemory.UNKNOWN : ResidentMemory.of(linked.pid());
    }

    @Override
    public String remark() {
        String ofFiles = overwritten.stream()
                .map(file -> " (" + file + " was overwritten under it)")
                .collect(Collectors.joining());
        return ofFiles + (everReady || refusal.isEmpty() ? "" : " (it got no listener: " + refusal + ")");
    }

    @Override
    public String whereOutputIs() {
        return output == null ? "" : "; what it has printed is in " + output;
    }

    @Override
    public void kill() {
        if (linked == null) {
            // The command may be a script that has started the JVM already: nobody else knows that one.
            Attempt.run(() -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        }
        process.destroyForcibly();
        if (linked != null && linked.pid() != process.pid()) {
            linked.destroyForcibly();
        }
    }

    /** Ends what there is of a process whose launch has failed half-way. */
    void abandon() {
        if (process != null) {
            Attempt.run(this::kill);
        }
    }

    @Override
    public void received(ControlMessage message) throws ProtocolException {
        if (message instanceof Listen listen) {
            events.listenRequested(this, listen);
        } else if (message instanceof Ready) {
            ready = true;
            everReady = true;
            events.ready(this);
        } else if (message instanceof Unready) {
            ready = false;
            events.unready(this);
        } else if (message instanceof Heartbeat heartbeat) {
            events.heartbeat(this, heartbeat);
        } else if (message instanceof Bye) {
            drained = true;
            events.drained(this);
        } else if (message instanceof Granted || message instanceof Refused) {
            events.answered(this, message);
        } else {
            throw new ProtocolException("a worker does not send " + message);
        }
    }

    @Override
    public void closed(String reason) {
        connection = null;
        events.linkLost(this);
    }
}
