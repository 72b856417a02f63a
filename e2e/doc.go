// Package e2e plays the built program, from outside, against clients and chains
// that others wrote: the official x402 clients of both versions, anvil, and
// Circle's own USDC. Nobody's word is taken for what happened: every test ends
// by reading balances and events back from the chain.
//
// make test-e2e runs it; without MINT402_E2E=1 in the environment every test is
// skipped.
package e2e
