/**
 * What a server promises on a listener that a supervisor owns, as tests: an adapter's own test extends
 * {@link io.forkless.tck.adapter.AdapterContractTest}. The clients are other people's, or show every byte.
 */
package io.forkless.tck.adapter;
