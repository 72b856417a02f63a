package cmd

import (
	"strings"

	"github.com/mint402/mint402/x402"
)

// reasonWords explains the protocol's reasons to a payer.
var reasonWords = map[x402.Reason]string{
	x402.ReasonScheme:        "the server takes another kind of payment",
	x402.ReasonNetwork:       "the payment is for another chain",
	x402.ReasonRequirement:   "the payment is not for what the server asked",
	x402.ReasonMissingDomain: "the payment leaves out the asset's name or version",
	x402.ReasonTokenName:     "the payment names the asset otherwise than the server",
	x402.ReasonTokenVersion:  "the payment names another version of the asset",
	x402.ReasonRecipient:     "the payment is to another recipient",
	x402.ReasonValue:         "the payment is of another amount than the price",
	x402.ReasonValidAfter:    "the payment is not valid yet: the clocks differ",
	x402.ReasonValidBefore:   "the payment has expired, or is valid for longer than the server takes",
	x402.ReasonPayload:       "the payment cannot be read",
	x402.ReasonSignature:     "the signature is not that of the account",
	x402.ReasonFactory:       "the wallet has to be deployed first",
	x402.ReasonBalance:       "the account has too little of the asset that is paid",
	x402.ReasonNonceUsed:     "the payment was used or cancelled before",
	x402.ReasonNotEIP3009:    "the asset cannot be paid by signature",
	x402.ReasonNoAsset:       "the asset is not on that chain",
	x402.ReasonSimulation:    "the chain would refuse the payment",
	x402.ReasonTransaction:   "the chain refused the payment",
	x402.ReasonPending:       "the payment is under way",
}

// sharedWords explains the reasons of version 1 that stand for several of version 2.
var sharedWords = map[string]string{
	"invalid_payment_requirements": "the payment is not for what the server asked",
	"invalid_transaction_state":    "the chain would refuse the payment, or has it already",
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
