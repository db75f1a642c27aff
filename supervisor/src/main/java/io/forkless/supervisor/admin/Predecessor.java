package io.forkless.supervisor.admin;

import io.forkless.internal.control.ListenerRecord;
import io.forkless.internal.control.ProcessIdentity;
import io.forkless.internal.control.Ticket;
import io.forkless.supervisor.admin.AdminClient.FailedException;
import io.forkless.supervisor.admin.AdminClient.RefusedException;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The supervisor that this process takes over from. One thread uses it. */
public final class Predecessor implements Closeable {
    private final AdminClient client;

    private Predecessor(AdminClient client) {
        this.client = client;
    }

    /** @throws IOException if there is no supervisor of that name, or it cannot be reached */
    public static Predecessor connect(String name) throws IOException {
        return new Predecessor(AdminClient.connect(name));
    }

    public long pid() {
        return client.pid();
    }

    /**
     * Announces that this process is about to take over.
     *
     * @return the listeners of the other supervisor
     */
    public List<ListenerRecord> begin() throws IOException {
        ask("take-over", Long.toString(ProcessHandle.current().pid()));
        return client.reports().stream().map(ListenerRecord::decode).toList();
    }

    /** Gets a ticket for this process. */
    public Ticket ticketFor(String bound) throws IOException {
        return Ticket.decode(ask("ticket", bound));
    }

    /** Makes it step down: from now on it does nothing for its workers, and its name is free. */
    public void stepDown() throws IOException {
        askUnlessGone("step-down");
    }

    /**
     * Tells it that this process is in charge: the other one ends.
     *
     * @throws IOException if the other one has taken its service back
     */
    public void inCharge() throws IOException {
        askUnlessGone("in-charge");
    }

    /** Tells it that this process does not take over. */
    public void giveUp(String reason) throws IOException {
        ask("give-up", reason);
    }

    /** If the other one has died, it is not in the way. */
    private void askUnlessGone(String verb) throws IOException {
        try {
            client.execute(verb, "");
        } catch (RefusedException | FailedException e) {
            throw refused(e);
        } catch (IOException e) {
            if (ProcessIdentity.of(pid()).isPresent()) {
                throw e;
            }
        }
    }

    private IOException refused(Exception e) {
        return new IOException("cannot take over from the supervisor with pid " + pid() + ": " + e.getMessage(), e);
    }

    private String ask(String verb, String argument) throws IOException {
        try {
            return client.execute(verb, argument);
        } catch (RefusedException | FailedException e) {
            throw refused(e);
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
