package x402

import (
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// A Network is an EVM chain with an EIP-3009 stablecoin that the official x402 clients
// know. Their newest version refuses every other asset unless configured to accept it.
type Network struct {
	Name    string // ours, and version 1's if V1 is true: "base-sepolia"
	Title   string // for people: "Base Sepolia"
	ChainID uint64
	V1      bool // Name is in the closed list of official version 1 clients
	Testnet bool

	Explorer string // base URL without a trailing slash
	RPC      string // a public default for first tests; rate limited

	Asset Asset // the default; compare it with the chain before trusting it

	// Genesis is the hash of block 0, for networks with nodes that may have dropped the block;
	// zero on the others.
	Genesis common.Hash

	// Confirmations is how many blocks make a block final on networks with nodes that
	// may not support the "finalized" tag; 0 on the others. If a node there still does
	// not support it, package chain chooses a depth.
	Confirmations uint64
}

// CAIP2 returns the network's name in version 2: "eip155:8453".
func (n Network) CAIP2() string { return CAIP2(n.ChainID) }

// Coin returns the symbol of the coin that pays the chain's gas, or "coins" if the table has none.
func (n Network) Coin() string {
	if symbol := coins[n.Name]; symbol != "" {
		return symbol
	}
	return "coins"
}

var coins = map[string]string{"base": "ETH", "base-sepolia": "ETH", "ethereum": "ETH", "arbitrum": "ETH", "arbitrum-sepolia": "ETH", "abstract": "ETH", "abstract-testnet": "ETH",
	"polygon": "POL", "polygon-amoy": "POL", "avalanche": "AVAX", "avalanche-fuji": "AVAX", "sei": "SEI", "sei-testnet": "SEI", "iotex": "IOTX", "peaq": "PEAQ",
	"celo": "CELO", "celo-sepolia": "CELO", "monad": "MON", "xdc": "XDC", "xdc-apothem": "XDC", "flare": "FLR", "educhain": "EDU"}

// Requirement returns a requirement for an amount of the network's asset, settled
// upfront. The timeout is rounded down to seconds.
func (n Network) Requirement(payTo common.Address, amount *big.Int, timeout time.Duration) Requirement {
	return Requirement{
		Scheme:            SchemeExact,
		Network:           n.CAIP2(),
		Amount:            amount,
		Asset:             n.Asset.Address,
		PayTo:             payTo,
		MaxTimeoutSeconds: int(timeout / time.Second),
		Extra:             Extra{Name: n.Asset.Name, Version: n.Asset.Version, PaymentFlow: FlowUpfront, PrimaryType: PrimaryTransfer},
	}
}

// CAIP2 returns an EVM chain's name in version 2.
func CAIP2(chainID uint64) string { return "eip155:" + strconv.FormatUint(chainID, 10) }

// ParseCAIP2 returns the chain id of an EVM chain's CAIP-2 name.
func ParseCAIP2(s string) (chainID uint64, ok bool) {
	id, found := strings.CutPrefix(s, "eip155:")
	if !found || !isDecimal(id) {
		return 0, false
	}
	chainID, err := strconv.ParseUint(id, 10, 64)
	return chainID, err == nil
}

// Assets returns the assets that are known on the network. The first is the default.
func (n Network) Assets() []Asset {
	if n.Asset.Address == (common.Address{}) {
		return further[n.ChainID]
	}
	return append([]Asset{n.Asset}, further[n.ChainID]...)
}

// Known returns the known asset with an address.
func (n Network) Known(address common.Address) (Asset, bool) {
	for _, a := range n.Assets() {
		if a.Address == address {
			return a, true
		}
	}
	return Asset{}, false
}

// Networks returns all known networks, the best supported first.
func Networks() []Network { return slices.Clone(networks) }

// NetworkByName finds a network by its name, CAIP-2 name or decimal chain id.
func NetworkByName(s string) (Network, bool) {
	if id, ok := ParseCAIP2(s); ok {
		return NetworkByChainID(id)
	}
	if isDecimal(s) {
		if id, err := strconv.ParseUint(s, 10, 64); err == nil {
			return NetworkByChainID(id)
		}
	}
	for _, n := range networks {
		if n.Name == s {
			return n, true
		}
	}
	return Network{}, false
}

// NetworkByChainID finds a network by its chain id.
func NetworkByChainID(id uint64) (Network, bool) {
	for _, n := range networks {
		if n.ChainID == id {
			return n, true
		}
	}
	return Network{}, false
}

func usdc(address, name string) Asset {
	return Asset{Address: common.HexToAddress(address), Symbol: "USDC", Name: name, Version: "2", Decimals: 6}
}

func usdt0(address, name string) Asset {
	return Asset{Address: common.HexToAddress(address), Symbol: "USDT0", Name: name, Version: "1", Decimals: 6}
}

// further are assets besides the defaults, by chain id. Addresses are from Circle's list.
var further = map[uint64][]Asset{
	8453:  {{Address: common.HexToAddress("0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42"), Symbol: "EURC", Name: "EURC", Version: "2", Decimals: 6}},
	84532: {{Address: common.HexToAddress("0x808456652fdb597867f38412077A9182bf77359F"), Symbol: "EURC", Name: "EURC", Version: "2", Decimals: 6}},
}

// Addresses and domains are from the tables of the official clients. Chains with a
// default asset without EIP-3009 (MegaETH, Mezo, Radius, Igra) are left out.
var networks = []Network{
	{Name: "base", Title: "Base", ChainID: 8453, V1: true,
		Explorer: "https://basescan.org", RPC: "https://mainnet.base.org",
		Asset:   usdc("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USD Coin"),
		Genesis: common.HexToHash("0xf712aa9241cc24369b143cf6dce85f0902a9731e70d66818a3a5845b296c73dd")},
	{Name: "base-sepolia", Title: "Base Sepolia", ChainID: 84532, V1: true, Testnet: true,
		Explorer: "https://sepolia.basescan.org", RPC: "https://sepolia.base.org",
		Asset:   usdc("0x036CbD53842c5426634e7929541eC2318f3dCF7e", "USDC"),
		Genesis: common.HexToHash("0x0dcc9e089e30b90ddfc55be9a37dd15bc551aeee999d2e2b51414c54eaf934e4")},
	{Name: "polygon", Title: "Polygon", ChainID: 137, V1: true,
		Explorer: "https://polygonscan.com", RPC: "https://polygon.drpc.org",
		Asset: usdc("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", "USD Coin")},
	{Name: "polygon-amoy", Title: "Polygon Amoy", ChainID: 80002, V1: true, Testnet: true,
		Explorer: "https://amoy.polygonscan.com", RPC: "https://polygon-amoy.drpc.org",
		Asset: usdc("0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582", "USDC")},
	{Name: "avalanche", Title: "Avalanche", ChainID: 43114, V1: true,
		Explorer: "https://snowtrace.io", RPC: "https://api.avax.network/ext/bc/C/rpc",
		Asset: usdc("0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E", "USD Coin")},
	{Name: "avalanche-fuji", Title: "Avalanche Fuji", ChainID: 43113, V1: true, Testnet: true,
		Explorer: "https://testnet.snowtrace.io", RPC: "https://api.avax-test.network/ext/bc/C/rpc",
		Asset: usdc("0x5425890298aed601595a70AB815c96711a31Bc65", "USD Coin")},
	{Name: "sei", Title: "Sei", ChainID: 1329, V1: true,
		Explorer: "https://seiscan.io", RPC: "https://evm-rpc.sei-apis.com",
		Asset: usdc("0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392", "USDC")},
	{Name: "sei-testnet", Title: "Sei Testnet", ChainID: 1328, V1: true, Testnet: true,
		Explorer: "https://testnet.seiscan.io", RPC: "https://evm-rpc-testnet.sei-apis.com",
		Asset: usdc("0x4fCF1784B31630811181f670Aea7A7bEF803eaED", "USDC")},
	{Name: "abstract", Title: "Abstract", ChainID: 2741, V1: true,
		Explorer: "https://abscan.org", RPC: "https://api.mainnet.abs.xyz",
		Asset: usdc("0x84A71ccD554Cc1b02749b35d22F684CC8ec987e1", "Bridged USDC")},
	{Name: "abstract-testnet", Title: "Abstract Testnet", ChainID: 11124, V1: true, Testnet: true,
		Explorer: "https://sepolia.abscan.org", RPC: "https://api.testnet.abs.xyz",
		Asset: usdc("0xe4C7fBB0a626ed208021ccabA6Be1566905E2dFc", "Bridged USDC")},
	{Name: "iotex", Title: "IoTeX", ChainID: 4689, V1: true,
		Explorer: "https://iotexscan.io", RPC: "https://babel-api.mainnet.iotex.io",
		Asset: usdc("0xcdf79194c6c285077a58da47641d4dbe51f63542", "Bridged USDC"), Confirmations: 64},
	{Name: "peaq", Title: "peaq", ChainID: 3338, V1: true,
		Explorer: "https://peaq.subscan.io", RPC: "https://quicknode1.peaq.xyz",
		Asset: usdc("0xbbA60da06c2c5424f03f7434542280FCAd453d10", "USDC"), Confirmations: 64},
	{Name: "story", Title: "Story", ChainID: 1514, V1: true,
		Explorer: "https://datanetscan.io", RPC: "https://mainnet.datarpc.io",
		Asset: usdc("0xF1815bd50389c46847f0Bda824eC8da914045D14", "Bridged USDC"), Confirmations: 64},
	{Name: "educhain", Title: "EDU Chain", ChainID: 41923, V1: true,
		Explorer: "https://explorer.educhain.xyz", RPC: "https://rpc.educhain.xyz",
		Asset: usdc("0x12a272A581feE5577A5dFa371afEB4b2F3a8C2F8", "Bridged USDC (Stargate)")},
	{Name: "skale-base-sepolia", Title: "SKALE Base Sepolia", ChainID: 324705682, V1: true, Testnet: true,
		Explorer: "https://base-sepolia-testnet-explorer.skalenodes.com", RPC: "https://base-sepolia-testnet.skalenodes.com/v1/base-testnet",
		Asset: usdc("0x2e08028E3C4c2356572E096d8EF835cD5C6030bD", "Bridged USDC (SKALE Bridge)"), Confirmations: 64},
	{Name: "ethereum", Title: "Ethereum", ChainID: 1,
		Explorer: "https://etherscan.io", RPC: "https://ethereum.reth.rs/rpc",
		Asset: usdc("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "USD Coin")},
	{Name: "arbitrum", Title: "Arbitrum One", ChainID: 42161,
		Explorer: "https://arbiscan.io", RPC: "https://arb1.arbitrum.io/rpc",
		Asset: usdc("0xaf88d065e77c8cC2239327C5EDb3A432268e5831", "USD Coin")},
	{Name: "arbitrum-sepolia", Title: "Arbitrum Sepolia", ChainID: 421614, Testnet: true,
		Explorer: "https://sepolia.arbiscan.io", RPC: "https://sepolia-rollup.arbitrum.io/rpc",
		Asset: usdc("0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d", "USD Coin")},
	{Name: "celo", Title: "Celo", ChainID: 42220,
		Explorer: "https://celoscan.io", RPC: "https://forno.celo.org",
		Asset: usdc("0xcebA9300f2b948710d2653dD7B07f33A8B32118C", "USDC")},
	{Name: "celo-sepolia", Title: "Celo Sepolia", ChainID: 11142220, Testnet: true,
		Explorer: "https://celo-sepolia.blockscout.com", RPC: "https://forno.celo-sepolia.celo-testnet.org",
		Asset: usdc("0x01C5C0122039549AD1493B8220cABEdD739BC44E", "USDC")},
	{Name: "monad", Title: "Monad", ChainID: 143,
		Explorer: "https://monadscan.com", RPC: "https://rpc.monad.xyz",
		Asset: usdc("0x754704Bc059F8C67012fEd69BC8A327a5aafb603", "USDC")},
	{Name: "stable", Title: "Stable", ChainID: 988,
		Explorer: "https://stablescan.xyz", RPC: "https://rpc.stable.xyz",
		Asset: usdt0("0x779Ded0c9e1022225f8E0630b35a9b54bE713736", "USDT0"), Confirmations: 64},
	{Name: "stable-testnet", Title: "Stable Testnet", ChainID: 2201, Testnet: true,
		Explorer: "https://testnet.stablescan.xyz", RPC: "https://rpc.testnet.stable.xyz",
		Asset: usdt0("0x78Cf24370174180738C5B8E352B6D14c83a6c9A9", "USDT0"), Confirmations: 64},
	{Name: "xdc", Title: "XDC", ChainID: 50,
		Explorer: "https://xdcscan.com", RPC: "https://rpc.xdcrpc.com",
		Asset: usdc("0xfA2958CB79b0491CC627c1557F441eF849Ca8eb1", "USDC"), Confirmations: 64},
	{Name: "xdc-apothem", Title: "XDC Apothem", ChainID: 51, Testnet: true,
		Explorer: "https://testnet.xdcscan.com", RPC: "https://erpc.apothem.network",
		Asset: usdc("0xb5AB69F7bBada22B28e79C8FFAECe55eF1c771D4", "USDC"), Confirmations: 64},
	{Name: "flare", Title: "Flare", ChainID: 14,
		Explorer: "https://flare-explorer.flare.network", RPC: "https://flare-api.flare.network/ext/C/rpc",
		Asset: usdt0("0xe7cd86e13AC4309349F30B3435a9d337750fC82D", "USD₮0")},
	{Name: "adi", Title: "ADI Chain", ChainID: 36900,
		Explorer: "https://explorer.adifoundation.ai", RPC: "https://rpc.adifoundation.ai",
		Asset: usdc("0x9cb8142aEBBcdc60AF7c97Af897A67A8f3CA71C2", "USDC.e"), Confirmations: 64},
	{Name: "hpp", Title: "HPP", ChainID: 190415,
		Explorer: "https://explorer.hpp.io", RPC: "https://mainnet.hpp.io",
		Asset: usdc("0x401eCb1D350407f13ba348573E5630B83638E30D", "Bridged USDC")},
	{Name: "hpp-sepolia", Title: "HPP Sepolia", ChainID: 181228, Testnet: true,
		Explorer: "https://sepolia-explorer.hpp.io", RPC: "https://testnet.hpp.io",
		Asset: usdc("0x401eCb1D350407f13ba348573E5630B83638E30D", "Bridged USDC")},
}
