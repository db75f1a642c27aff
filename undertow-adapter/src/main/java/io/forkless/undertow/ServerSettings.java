package io.forkless.undertow;

import io.forkless.worker.IdleGrace;
import java.nio.file.Path;
import java.util.Map;
import org.xnio.OptionMap;
import org.xnio.XnioWorker;

/**
 * What the builder knows and a {@link SharedXnioWorker} needs.
 *
 * @param listeners how many listeners the server will ask for as it starts
 * @param unixDomainPaths those that listen on a path, by their order, from 0
 * @param options of the XNIO worker to be made
 * @param ownWorker the application's XNIO worker, or null if one is to be made for each start
 * @param shutdownTimeoutMillis how long a stop waits for tasks that run, or null to wait for them all
 * @param drainIdleGrace how long a connection may be idle while the server drains
 */
record ServerSettings(
        int listeners,
        Map<Integer, Path> unixDomainPaths,
        OptionMap options,
        XnioWorker ownWorker,
        Integer shutdownTimeoutMillis,
        IdleGrace drainIdleGrace) {}
