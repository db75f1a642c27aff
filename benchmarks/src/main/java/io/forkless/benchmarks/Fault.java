package io.forkless.benchmarks;

/** What befalls a group of workers under load. */
enum Fault {
    KILL("A worker is killed (`KILL`)"),
    FREEZE("A worker freezes (`STOP`)"),
    RESTART("Rolling restart of the workers"),
    DEPLOY("Deploy: every worker replaced by one that has loaded its program anew");

    final String title;

    Fault(String title) {
        this.title = title;
    }

    /** Whether one worker is the victim, and not all of them are to be replaced. */
    boolean hasVictim() {
        return this == KILL || this == FREEZE;
    }
}
