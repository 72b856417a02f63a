// Package x402 implements the x402 payment protocol, versions 1 and 2, in its exact wire
// format.
//
// It decodes strictly: one spelling of every key, one form of every number, no
// duplicates, no trailing data. Two strict readers of the same header therefore cannot
// see two different payments. The official clients of both versions can parse its
// output. Decoding a hostile header takes bounded and small time and memory, and never
// panics.
//
// A resource server announces a [PaymentRequired], reads a payment with
// [DecodePayment], checks it against its own [Requirement] with [Requirement.Check] and
// [Requirement.CheckSignature], and answers with a [SettleResponse]. A [Payment] is the
// same for both versions: v1.go converts version 1 when it is decoded or encoded.
//
// A payer uses [Client], which signs at most once for each call and sends that same
// payment again until the server gives a final answer. A payer that sends requests
// itself uses the client's parts, [ParsePaymentRequired] and [Quote.Sign].
//
// Only the scheme "exact" with EIP-3009 authorizations is supported.
//
// The protocol: https://github.com/x402-foundation/x402, specs/.
package x402
