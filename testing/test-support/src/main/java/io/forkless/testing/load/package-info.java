/**
 * Clients that load a server with HTTP/1.1 requests and count what becomes of each one. A real client library retries and
 * hides what these are about: which step of a request failed, and how.
 */
package io.forkless.testing.load;
