package pages

import (
	"slices"

	"github.com/mint402/mint402/web/languages"
)

// reasons are the reasons of orders that have no details. Receipts show them in the reader's
// language, and others as package mint writes them.
var reasons = []string{
	languages.Key("the money is with the launch; once the payment's block is final the tokens follow, or the money goes back if they cannot"),
	languages.Key("the money is with the launch; the node gives no answer about this payment, and the request is repeated"),
	languages.Key("the money is with the launch, and this server cannot mint for it: the launch's owner returns it"),
	languages.Key("sold out: the money goes back to the payer"),
	languages.Key("sold out: the money goes back to the payer once the payment's block is final"),
	languages.Key("the payment arrived before the sale opened: the money goes back to the payer"),
	languages.Key("the payment arrived before the sale opened: the money goes back to the payer once the payment's block is final"),
	languages.Key("the payment arrived after the sale closed: the money goes back to the payer"),
	languages.Key("the payment arrived after the sale closed: the money goes back to the payer once the payment's block is final"),
	languages.Key("the authorization expired before it could be sent"),
	languages.Key("no node could simulate its mint"),
	languages.Key("another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it"),
	languages.Key("the authorization is used on chain; how is not known yet"),
	languages.Key("a reorg replaced the block that ended this payment; the payment is checked again"),
	languages.Key("the authorization expired unused"),
	languages.Key("the authorization was cancelled"),
	languages.Key("the authorization was used for another payment"),
	languages.Key("closed: the sale ended before this payment could be minted, and it was not charged"),
}

// oneOf translates a text if it is in a list, and returns any other as it is.
func oneOf(list []string, in languages.Language, text string) string {
	if slices.Contains(list, text) {
		return in.T(text)
	}
	return text
}
