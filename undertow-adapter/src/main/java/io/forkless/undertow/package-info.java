/**
 * Undertow on a listener that several worker processes share: {@link io.forkless.undertow.ForklessUndertow}.
 *
 * <p>The life of a connection: an {@link io.forkless.undertow.Acceptor} accepts it from the shared listener and hands it
 * to an IO thread of the server's own XNIO worker, where {@link io.forkless.undertow.SharedServerChannel} gives it to
 * Undertow's listener. From there on everything is Undertow's. {@link io.forkless.undertow.RequestTracker} knows every
 * connection, {@link io.forkless.undertow.ConnectionActivity} whether a request is under way on it, and
 * {@link io.forkless.undertow.SupervisedUndertow} drains them.
 */
package io.forkless.undertow;
