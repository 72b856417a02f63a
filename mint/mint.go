// Package mint turns one settled payment into exactly one mint.
//
// The payer ends up with the tokens or with the money; never with both, never with
// neither; and is never charged if the launch is sold out. Everything here serves that
// sentence:
//
//   - [Engine.Mint] verifies a payment, claims it in one durable write, and
//     waits for the outcome. The same payment again gets the same [Order].
//   - [Engine.Step] moves every order forward: it reads events from the chain,
//     resolves sent transactions, and sends claimed orders. Recovery after a crash
//     is the same step; there is no other.
//
// An order stores facts (its events on chain, the transaction that carries it), and its
// state is derived from them. So a reorg removes a fact and nothing else. Everything is
// identified by the [PaymentID].
package mint
