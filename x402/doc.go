// Package x402 speaks the x402 payment protocol, versions 1 and 2, wire-exact.
//
// What it accepts it has read strictly: one spelling of every key, one form of
// every number, no duplicate, nothing left over, so that no two readers of the
// same header can see two different payments. What it emits, the official
// clients of both versions parse. Reading a hostile header costs a bounded and
// small amount of time and memory, and never a panic.
//
// A resource server announces a [PaymentRequired], reads a payment with
// [DecodePayment], checks it against its own [Requirement] with
// [Requirement.Check] and [Requirement.CheckSignature], and answers with a
// [SettleResponse]. Version 1 is translated at that door, in v1.go; a [Payment]
// looks the same whichever version brought it.
//
// A payer uses [Client], which signs at most once for each call and sends that
// same payment again until the server gives a final answer; or its parts,
// [ParsePaymentRequired] and [Quote.Sign].
//
// Only the scheme "exact" with EIP-3009 authorizations is spoken.
//
// The protocol: https://github.com/x402-foundation/x402, specs/.
package x402
