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
	languages.Key("the payment arrived before the sale opened: the money goes back to the payer"),
	languages.Key("the payment arrived after the sale closed: the money goes back to the payer"),
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

// holdersReasons are the reasons of package people why holders are not known, or a list is old.
var holdersReasons = []string{
	languages.Key("this server does not read transfers of tokens"),
	languages.Key("the token's transfers have not been read yet"),
	languages.Key("the token's transfers have not been read yet: the nodes do not return the transfers now"),
	languages.Key("the list is older than usual, because newer transfers are still being read"),
	languages.Key("the list is older than usual, because newer transfers are still being read: the nodes do not return the transfers now"),
}

// limits are the limits of the lists of package people.
var limits = []string{
	languages.Key("An address is not a person: one person can have many addresses."),
	languages.Key("The list shows who paid, not who holds the tokens now."),
	languages.Key("A fresh address had never sent a transaction when its account was looked at, soon after its first mint. Minting sends none. A newcomer has one, and so has one person who makes many."),
	languages.Key("A group is addresses whose last payment of the asset, in the day before their first mint, came from the same account. An exchange, a bridge or a contract funds many people from one account, and cannot be told apart from one person with many addresses."),
	languages.Key("An address is not a person: one person can have many addresses, and an exchange or a contract can hold the tokens of many people."),
	languages.Key("The balances are counted from the token's transfers up to a final block, minutes old, as nodes report them. Their sum is compared with the supply. A transfer between two holders that a node left out does not change the sum."),
}

func limitsIn(in languages.Language, texts []string) (all []string) {
	for _, text := range texts {
		all = append(all, oneOf(limits, in, text))
	}
	return all
}

// oneOf translates a text if it is in a list, and returns any other as it is.
func oneOf(list []string, in languages.Language, text string) string {
	if slices.Contains(list, text) {
		return in.T(text)
	}
	return text
}
