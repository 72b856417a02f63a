// Package e2e tests the built program from outside, against clients, servers and
// chains by others: the official x402 clients of both versions, the official x402 server
// and facilitator, anvil, and Circle's own USDC.
// It trusts no program's report: every test ends by reading balances and events back
// from the chain.
//
// make test-e2e runs it. Without MINT402_E2E=1 in the environment every test is
// skipped.
package e2e
