// Package wallet is a wallet for agents: an MCP server that pays x402 and MPP resources
// within a budget that only a person sets.
//
// An agent gets a price with the tool quote and pays exactly that quote with the tool
// pay. No tool signs arbitrary data, sends money to an address, changes a limit, or
// shows a key. The limits are in a file that the wallet reads once, when it starts
// ([ReadConfig]). Payments above a limit of that file need a person's approval.
//
// Package pay keeps the laws of the money: the budget, the ledger, and one payment for
// one request. This package adds the quote, the approval, and the chain's facts: for a
// mint402 launch, only a mint that the chain shows counts as success. Texts of servers
// are returned as data, marked as untrusted; the wallet does not act on them.
package wallet
