// Package mpp implements the HTTP authentication scheme "Payment" of the Machine Payments
// Protocol, for one method and intent: an EVM charge that is paid with an EIP-3009
// authorization.
//
// A server asks for payment with a [Challenge] in WWW-Authenticate. A payer signs an
// authorization with the challenge's nonce ([Challenge.Nonce]) and sends a [Credential] in
// Authorization. The server answers with a [Receipt] once the transaction is in a block.
// The authorization is the same as that of x402: [Credential.Payment] returns it as an
// x402.Payment, so that one payment has one id in all protocols.
//
// A server keeps no challenges. The id of a challenge is an HMAC of its other parameters
// ([Secret]), so the server recognizes its own challenges when they come back.
//
// A payer reads challenges with [ParseChallenges] or [Offers], checks an [Offer] against
// its limits, and signs with [Offer.Sign]. Package mpp sends no requests.
//
// Reading is strict, as in package x402: one spelling of each key and number, no
// duplicates, bounded sizes.
//
// The drafts, of August 2026: draft-httpauth-payment, draft-payment-intent-charge-00 and
// draft-evm-charge-00 at https://paymentauth.org.
package mpp
