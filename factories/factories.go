// Package factories lists the contracts that may be called to deploy a payer's wallet (ERC-6492).
//
// A payer chooses the call of the factory. So a new address makes it, without any right or
// money; see chain/creation. The list limits the calls to contracts that create wallets.
package factories

import "github.com/ethereum/go-ethereum/common"

// Gas is the most gas that one call of a factory may use. A Safe with a module needs 330,000,
// an account with two passkeys about 400,000.
const Gas = 450_000

// A List is the factories that may be called, with the name of the wallet that each deploys.
type List map[common.Address]string

// Known returns the factories of common wallets. Each has the same address on every chain that
// has it. Sources: the npm packages @safe-global/safe-deployments, viem, permissionless,
// @metamask/delegation-deployments, @zerodev/sdk and @account-kit/smart-contracts.
func Known() List {
	list := List{}
	for name, addresses := range known {
		for _, a := range addresses {
			list[common.HexToAddress(a)] = name
		}
	}
	return list
}

var known = map[string][]string{
	"Coinbase Smart Wallet 1":   {"0x0BA5ED0c6AA8c49038F819E587E2633c4A9F428a"},
	"Coinbase Smart Wallet 1.1": {"0xBA5ED110eFDBa3D005bfC882d75358ACBbB85842"},
	"Safe 1.3.0":                {"0xa6B71E26C5e0845f74c812102Ca7114b6a896AB2", "0xC22834581EbC8527d974F8a1c97E1bEA4EF910BC"},
	"Safe 1.4.1":                {"0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67"},
	"Safe 1.5.0":                {"0x14F2982D601c9458F93bd70B218933A6f8165e7b"},
	"MetaMask Smart Account":    {"0x69Aa2f9fe1572F1B640E1bbc512f5c3a734fc77c"},
	"Kernel 3": {"0xd703aaE79538628d27099B8c4f621bE4CCd142d5", "0x6723b44Abeec4E71eBE3232BD5B455805baDD22f",
		"0xaac5D4240AF87249B3f71BC8E4A2cae074A3E419", "0x7a1dBAB750f12a90EB1B60D2Ae3aD17D4D81EfFe", "0x2577507b78c2008Ff367261CB6285d44ba5eF2E9"},
	"Kernel 2":         {"0x5de4839a76cf55d0c90e2061ef4386d962E15ae3"},
	"Light Account 1":  {"0x00004EC70002a32400f8ae005A26081065620D20"},
	"Light Account 2":  {"0x0000000000400CdFef5E2714E63d8040b700BC24"},
	"Biconomy 2":       {"0x000000a56Aaca3e9a4C479ea6b6CD0DbcB6634F5"},
	"Biconomy Nexus":   {"0x00000bb19a3579F4D779215dEf97AFbd0e30DB55"},
	"thirdweb Account": {"0x85e23b94e7F5E9cC1fF78BCe78cfb15B81f0DF00", "0x4be0ddfebca9a5a4a617dee4dece99e7c862dceb"},
}
