// Package proof signs and verifies offers and receipts: the extension offer-receipt of
// x402 (specs/extensions/extension-offer-and-receipt.md, schema version 1).
//
// An offer is a server's signed price. A receipt is its signed statement that a payment
// was taken and the resource delivered. Both have two formats: eip712, a signature of an
// Ethereum account over typed data, and jws, a compact JWS (RFC 7515) whose key is named
// by a DID URL. [Issuer] signs, [Verifier] verifies. A verification has up to five checks:
// the signature, the key (does it belong to the server of the resource), the time, the
// chain and the order. It reports each, because they prove different things: a signature
// proves who made the statement, and only the chain proves that it is true.
//
// A proof key signs statements only. It has no rights over money, contracts or orders.
//
// Input is hostile: all sizes are bounded, JSON has one reading (each key once, valid
// UTF-8), and a document of another host is only requested through a [Web] that refuses
// private addresses, redirects and plain HTTP.
package proof

import "github.com/mint402/mint402/x402"

// Extension is the name of the extension in x402 messages.
const Extension = x402.ExtensionOfferReceipt
