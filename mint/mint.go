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
//
// The engine has parts, each a type with its own state, that take only what they need of
// [Store] and [Chain]:
//
//   - admission takes payments: claim.go, verify.go, inspect.go.
//   - loop reads the chain and concludes from it, step by step: step.go, run.go. Meanwhile
//     each account of ours sends in a line of its own: lines.go. The parts below take turns,
//     and one that waits for a node gives its turn away: turns.go.
//   - follower reads blocks and stores their events: advance.go, rejoin.go.
//   - audit compares the books with the contract's counters and reads blocks again while
//     they differ: check.go, repair.go. backfiller reads new launches' past: backfill.go.
//   - expirer concludes payments that can never execute: expire.go, usage.go.
//   - batcher, settler and txManager sign, store and send transactions: send.go, settled.go,
//     carry.go, resend.go, giveback.go, gap.go, resolve.go. gas knows the costs: fees.go.
//   - monitor publishes the faults that stop a sale: examine.go, health.go, report.go.
//   - notifier announces changes of orders and launches: wait.go.
//
// Engine.build puts them together.
package mint
