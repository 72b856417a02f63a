// Package mint turns one settled payment into exactly one mint.
//
// The payer ends up with the tokens or with the money; never with both, never
// with neither; and is never charged for what is sold out. Everything here
// serves that sentence:
//
//   - [Engine.Mint] verifies a payment, claims it in one durable write, and
//     waits for what becomes of it. The same payment again gets the same [Order].
//   - [Engine.Step] moves every order on: it reads what the chain says, resolves
//     what was sent, and sends what is claimed. Recovery after a crash is the
//     same step; there is no other.
//
// An order stores facts (what the chain showed, what carries it), and its state
// is derived from them, so that a reorg takes a fact away and nothing else.
// The identity of everything is the [PaymentID].
package mint
