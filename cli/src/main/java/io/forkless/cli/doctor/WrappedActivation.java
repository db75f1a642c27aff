package io.forkless.cli.doctor;

import java.util.List;

/** Sockets of systemd for a process that is not this one, as for a script that starts the command; sd_listen_fds(3). */
final class WrappedActivation implements Trap {
    @Override
    public List<Finding> find(Surroundings surroundings) {
        String own = Long.toString(surroundings.pid());
        return surroundings
                .variable("LISTEN_PID")
                .filter(pid -> surroundings.variable("LISTEN_FDS").isPresent() && !pid.equals(own))
                .map(pid -> new Finding(
                        "the sockets of systemd (LISTEN_FDS) are for the process " + pid
                                + " and not for this one: a supervisor that is started like this does not take them",
                        "start it by 'exec' if that process is a script; else remove LISTEN_FDS and LISTEN_PID from"
                                + " its environment"))
                .stream()
                .toList();
    }
}
