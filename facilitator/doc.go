// Package facilitator settles payments through remote x402 facilitators, in their order of
// preference.
//
// An answer of a facilitator is no proof. The engine always mints only for a
// settlement that it finds in the logs of its own nodes. The answer decides one thing: whether
// another facilitator may be asked for the same payment. That is so only if the first one sent
// no transaction, as far as an answer can show that ([Unsent]). The payment's nonce can be used once on
// chain, so even a lie here cannot charge a payer twice.
//
//   - [Client] speaks to one facilitator, in version 1 or 2 of the protocol, and maps each
//     answer to one of few kinds: client.go, outcome.go.
//   - [Key] signs the requests to Coinbase's facilitator: cdp.go.
//   - [List] has the facilitators in order, each with a circuit breaker: list.go, breaker.go.
//   - [Relay] takes claimed orders, stores each request, and then sends it: relay.go.
package facilitator
