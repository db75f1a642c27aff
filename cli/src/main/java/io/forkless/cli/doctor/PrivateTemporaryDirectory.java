package io.forkless.cli.doctor;

import java.util.List;

/** A directory for temporary files that systemd has made for one service: {@code PrivateTmp=}, systemd.exec(5). */
final class PrivateTemporaryDirectory implements Trap {
    // Fields of proc_pid_mountinfo(5), from 0.
    private static final int ROOT = 3;
    private static final int MOUNT_POINT = 4;

    @Override
    public List<Finding> find(Surroundings surroundings) {
        String directory = surroundings.property("java.io.tmpdir");
        boolean isPrivate = surroundings.lines("proc/self/mountinfo").stream()
                .map(line -> line.split(" "))
                .anyMatch(fields -> fields.length > MOUNT_POINT
                        && fields[MOUNT_POINT].equals(directory)
                        && fields[ROOT].contains("/systemd-private-"));
        if (!isPrivate) {
            return List.of();
        }
        return List.of(new Finding(
                directory
                        + " is a directory of this service alone (PrivateTmp= of systemd): commands that are not run by"
                        + " the service do not find its supervisor",
                "give the supervisor and the commands the same --runtime-dir, such as one of RuntimeDirectory="));
    }
}
