package io.forkless.benchmarks.faults;

import io.forkless.benchmarks.service.Signals;
import java.util.List;

/**
 * A server with a parent and forked workers, which is operated by signals to the parent.
 *
 * @param files its configuration and its program; the command runs where they are
 * @param restart what replaces its workers
 * @param deploy what replaces its parent, too; the same where there is nothing of the kind
 */
record Peer(String name, List<String> files, List<String> command, String readyLine, Step restart, Step deploy) {
    /** What its manual tells an operator to do. */
    @FunctionalInterface
    interface Step {
        void run(PeerGroup group) throws Exception;
    }

    static final Peer PUMA = new Peer(
            "puma",
            List.of("puma.rb", "config.ru"),
            List.of("puma", "-C", "puma.rb"),
            "Listening on http://",
            group -> group.signal("USR1"),
            group -> group.signal("USR2"));

    static final Peer UNICORN = new Peer(
            "unicorn",
            List.of("unicorn.rb", "config.ru"),
            List.of("unicorn", "-E", "production", "-c", "unicorn.rb", "config.ru"),
            "listening on addr=",
            group -> group.signal("HUP"),
            group -> {
                long old = group.parent();
                group.signal("USR2");
                group.awaitNewParent("pid", old);
                Signals.send("QUIT", old);
            });

    static final Peer GUNICORN = new Peer(
            "gunicorn",
            List.of("gunicorn.conf.py", "app.py"),
            List.of("gunicorn", "-c", "gunicorn.conf.py", "app:application"),
            "Listening at: http://",
            group -> group.signal("HUP"),
            group -> {
                long old = group.parent();
                group.signal("USR2");
                group.awaitNewParent("pid.2", old);
                Signals.send("TERM", old); // WINCH before it is for daemons only
            });

    static final Peer SERVER_ENGINE = new Peer(
            "serverengine",
            List.of("serverengine.rb"),
            List.of("ruby", "serverengine.rb"),
            "listening",
            group -> group.signal("USR1"),
            group -> group.signal("USR1"));
}
