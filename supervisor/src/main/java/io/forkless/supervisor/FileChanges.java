package io.forkless.supervisor;

import io.forkless.supervisor.link.EventLoop;
import io.forkless.supervisor.output.Log;
import io.forkless.supervisor.process.SpawnedWorker;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Notices what others do to files that are needed later: that they write over a jar from which workers run, and that they edit
 * a file which the supervisor's options are from. Belongs to the event loop's thread; looks on another one.
 */
final class FileChanges {
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    /** After that whoever asks goes without: the file system does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final String RENAME = "replace a jar by renaming a new file over it";

    private static final System.Logger LOG = Log.supervisor();

    private final EventLoop loop;
    private final Supplier<List<SpawnedWorker>> workers;
    private final ArgumentFiles argumentFiles;

    /** The look that is under way, or the latest one. */
    private CompletableFuture<Void> look = CompletableFuture.completedFuture(null);

    private List<String> ofArguments = List.of();
    private List<String> ofReplaced = List.of();

    /** @param workers those that have a process now */
    FileChanges(EventLoop loop, Supplier<List<SpawnedWorker>> workers, ArgumentFiles argumentFiles) {
        this.loop = loop;
        this.workers = workers;
        this.argumentFiles = argumentFiles;
    }

    void lookRegularly() {
        loop.after(INTERVAL, this::lookRegularly); // first: nothing may end it
        look();
    }

    /** @return completes on the loop's thread, and soon: with nothing new if the files cannot be looked at */
    CompletableFuture<Void> look() {
        List<SpawnedWorker> running = workers.get();
        if (look.isDone() && (!argumentFiles.isEmpty() || !running.isEmpty())) {
            CompletableFuture<Void> begun = new CompletableFuture<>();
            look = begun;
            loop.executeElsewhere("forkless-files", true, () -> look(running, begun));
        }
        CompletableFuture<Void> answer = look.copy();
        if (!answer.isDone()) {
            loop.after(PATIENCE, () -> answer.complete(null));
        }
        return answer;
    }

    private void look(List<SpawnedWorker> running, CompletableFuture<Void> begun) {
        Map<SpawnedWorker, List<Path>> overwritten = new LinkedHashMap<>();
        try {
            running.forEach(
                    worker -> overwritten.put(worker, worker.filesInUse().overwritten()));
            List<String> remarks = argumentFiles.remarks();
            loop.execute(() -> ofArguments = remarks);
        } finally {
            loop.execute(() -> {
                try {
                    note(overwritten);
                } finally {
                    begun.complete(null);
                }
            });
        }
    }

    /** Tells of each process and file once. */
    private static void note(Map<SpawnedWorker, List<Path>> overwritten) {
        Map<SpawnedWorker, List<Path>> news = new LinkedHashMap<>();
        overwritten.forEach((worker, files) -> {
            news.put(
                    worker,
                    files.stream()
                            .filter(file -> !worker.overwritten().contains(file))
                            .toList());
            worker.noteOverwritten(files);
        });
        warnings(news).forEach(warning -> LOG.log(Level.WARNING, warning));
    }

    /** A restart has begun. */
    void restarting() {
        look().thenRun(() -> ofReplaced = describe(overwritten(), "requests may have failed; " + RENAME));
    }

    /**
     * It has succeeded.
     *
     * @return completes on the loop's thread when {@link #ofRestart} is known
     */
    CompletableFuture<Void> restarted() {
        return look().thenRun(() -> ofArguments.forEach(remark -> LOG.log(Level.WARNING, remark)));
    }

    /** What the operator should know of the latest restart besides that it has succeeded. */
    List<String> ofRestart() {
        return concat(ofReplaced, ofArguments);
    }

    /** What the operator should know as long as nothing is done about it. */
    List<String> remarks() {
        return concat(warnings(overwritten()), ofArguments);
    }

    private Map<SpawnedWorker, List<Path>> overwritten() {
        Map<SpawnedWorker, List<Path>> overwritten = new LinkedHashMap<>();
        workers.get().forEach(worker -> overwritten.put(worker, worker.overwritten()));
        return overwritten;
    }

    private static List<String> warnings(Map<SpawnedWorker, List<Path>> overwritten) {
        return describe(
                overwritten,
                "what has not been read of it is lost; rename the jar that is to run over it, and then run 'forkless restart'");
    }

    /** A line for each file. */
    private static List<String> describe(Map<SpawnedWorker, List<Path>> overwritten, String consequence) {
        return overwritten.values().stream()
                .flatMap(List::stream)
                .distinct()
                .map(file -> file + " was overwritten under "
                        + overwritten.entrySet().stream()
                                .filter(worker -> worker.getValue().contains(file))
                                .map(worker -> "worker " + worker.getKey().index() + " (pid "
                                        + worker.getKey().pid() + ")")
                                .collect(Collectors.joining(", "))
                        + ": " + consequence)
                .toList();
    }

    private static List<String> concat(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
