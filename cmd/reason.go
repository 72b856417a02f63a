package cmd

import (
	"strings"

	"github.com/mint402/mint402/x402"
)

// reasonWords explains the protocol's reasons to a payer.
var reasonWords = map[x402.Reason]string{
	x402.ReasonScheme:        "the server accepts another kind of payment",
	x402.ReasonNetwork:       "the payment is for another chain",
	x402.ReasonRequirement:   "the payment does not match what the server asks for",
	x402.ReasonMissingDomain: "the payment lacks the asset's name or version",
	x402.ReasonTokenName:     "the payment has another name for the asset than the server",
	x402.ReasonTokenVersion:  "the payment has another version of the asset than the server",
	x402.ReasonRecipient:     "the payment is to another recipient",
	x402.ReasonValue:         "the amount of the payment is not the price",
	x402.ReasonValidAfter:    "the payment is not valid yet: check the clock of this machine",
	x402.ReasonValidBefore:   "the payment has expired, or is valid for longer than the server accepts",
	x402.ReasonPayload:       "the payment cannot be read",
	x402.ReasonSignature:     "the signature is not the account's",
	x402.ReasonFactory:       "the wallet has to be deployed first",
	x402.ReasonBalance:       "the account has too little of the asset",
	x402.ReasonNonceUsed:     "the payment was used or cancelled before",
	x402.ReasonNotEIP3009:    "the asset cannot be paid by signature",
	x402.ReasonNoAsset:       "the asset does not exist on that chain",
	x402.ReasonSimulation:    "the chain would refuse the payment",
	x402.ReasonTransaction:   "the chain refused the payment",
	x402.ReasonPending:       "the payment is in progress",
}

// sharedWords explains the reasons of version 1 that stand for several of version 2.
var sharedWords = map[string]string{
	"invalid_payment_requirements": "the payment does not match what the server asks for",
	"invalid_transaction_state":    "the chain would refuse the payment, or has already used it",
}

// wordsOf explains a server's reason if it is one of the protocol's. The code follows
// in the text, so that users can search for it.
func wordsOf(reason string) string {
	code, detail, _ := strings.Cut(reason, ":")
	words, known := sharedWords[code]
	for r, w := range reasonWords {
		if !known && (code == string(r) || code == r.V1()) {
			words, known = w, true
		}
	}
	if known {
		if detail = strings.TrimSpace(detail); detail != "" {
			words += ": " + plain(detail)
		}
		return words + " (" + code + ")"
	}
	return plain(reason)
}
