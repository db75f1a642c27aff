package io.forkless.tck;

/** What a provider promises; the numbers are those of "The contract of an adopted channel" in docs/design.md. */
public enum Clause {
    BLOCKING_ACCEPT(1, "any number of threads may block in accept(); non-blocking mode is refused with the reason"),
    PROMPT_CLOSE(2, "close() returns promptly and wakes every blocked accept()"),
    OWN_COPY_ONLY(2, "close() releases one copy and leaves all others alone"),
    NO_LOST_CONNECTION(2, "a connection that was accepted is delivered, also while the channel is being closed"),
    LAST_HOLDER(3, "the listener lives until its last holder, supervisor or worker, has closed it"),
    UNIX_PATHS(3, "a Unix-domain path is removed by the supervisor's close alone, and never when it is another's"),
    ONE_PER_CALLER(4, "at most one connection per blocked accept() is claimed ahead"),
    NOT_INHERITED(5, "a child process holds no copy"),
    BIND_ERRORS(6, "a bind error names the address, the native call and the error, and is not remembered"),
    EXACT_ADDRESSES(
            7, "a listener is bound to exactly the address that was asked for; a missing host is every address"),
    IPV6_ONLY(7, "an IPv6-only listener leaves IPv4 alone"),
    TICKET_ONCE(8, "a ticket works once"),
    TICKET_FOR_ONE_PROCESS(8, "a ticket works for the process that it was made for"),
    TICKET_EXPIRES(8, "a ticket does not work after its time-out"),
    VOID_TICKETS(8, "closing the listener voids the tickets that were not redeemed"),
    ONE_QUEUE(9, "a connection waits for no particular worker: whoever accepts next gets it"),
    QUIESCE(10, "quiesce() waits until what is queued has been accepted, and tells whether it was"),
    CLOSED_LISTENER(10, "a closed listener makes no ticket, and may be closed again"),
    DISCOVERY(11, "the provider is found by its name, and tells whether it fits"),
    TAKE_OVER(12, "a supervisor can take a worker's listener over, and nobody who is queued is lost"),
    TAKE_OVER_REOPENS(12, "a listener that was quiesced gets new clients again once it is taken over"),
    LEAVE(12, "leave() gives up the supervisor's copy, and leaves the path to those who hold the listener"),
    WORKER_TICKET_ONCE(12, "a worker's ticket works once, for the process that it was made for"),
    WORKER_TICKET_EXPIRES(12, "a worker's ticket does not work after its time-out"),
    VOID_WORKER_TICKETS(12, "closing the channel voids the tickets that were not redeemed");

    private final int number;
    private final String wording;

    Clause(int number, String wording) {
        this.number = number;
        this.wording = wording;
    }

    /** Several clauses may share one: they are the parts of a sentence that can hold or not on their own. */
    public int number() {
        return number;
    }

    public String wording() {
        return wording;
    }
}
