/**
 * JDK NIO channels over native socket handles.
 *
 * <p>{@link io.forkless.nio.NioChannels} is all there is to call. Behind it, {@code SunNioCh} knows the JDK's own
 * members and {@code JniFunctions} reaches them through the JNI function table, which needs no JVM flag.
 */
package io.forkless.nio;
