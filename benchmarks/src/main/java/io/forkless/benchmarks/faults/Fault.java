package io.forkless.benchmarks.faults;

/** What befalls a group of workers under load. */
enum Fault {
    KILL("killed", "A worker is killed (`KILL`)"),
    FREEZE("frozen", "A worker freezes (`STOP`)"),
    RESTART("restart", "Rolling restart of the workers"),
    DEPLOY("deploy", "Deploy: every worker replaced by one that has loaded its program anew");

    final String label;
    final String title;

    Fault(String label, String title) {
        this.label = label;
        this.title = title;
    }

    /** Whether one worker is the victim, and not all of them are to be replaced. */
    boolean hasVictim() {
        return this == KILL || this == FREEZE;
    }
}
