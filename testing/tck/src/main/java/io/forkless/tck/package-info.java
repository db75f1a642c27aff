/**
 * The contract of a listener provider, as tests. Whoever implements one extends
 * {@link io.forkless.tck.ListenerProviderContractTest} in the tests of their project; docs/providers.md leads there step by
 * step.
 */
package io.forkless.tck;
