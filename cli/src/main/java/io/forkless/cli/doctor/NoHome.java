package io.forkless.cli.doctor;

import java.util.List;

/** A user of whom the system knows a number alone, as in many a container: the JDK calls its name and its home "?". */
final class NoHome implements Trap {
    @Override
    public List<Finding> find(Surroundings surroundings) {
        if (!surroundings.property("user.home").equals("?")) {
            return List.of();
        }
        return List.of(new Finding(
                "this user has no name and no home directory: programs that keep files at home make a directory '?'"
                        + " where they run",
                "add the user to /etc/passwd, or start the workers with -Duser.home=DIRECTORY"));
    }
}
