package api

import "github.com/mint402/mint402/x402"

// NetworkData is the chain as wallets need it.
type NetworkData struct {
	ChainID  uint64 `json:"chainId"`
	CAIP2    string `json:"caip2"`
	Title    string `json:"title"`
	Testnet  bool   `json:"testnet"`
	Explorer string `json:"explorer,omitempty"`
	RPC      string `json:"rpc,omitempty"` // only in the demo
	// PublicRPC is for a wallet that adds the chain.
	PublicRPC string `json:"publicRpc,omitempty"`
}

// NetworkData returns the chain as wallets need it.
func (p *Presenter) NetworkData() NetworkData {
	n := NetworkData{ChainID: p.Network.ChainID, CAIP2: p.Network.CAIP2(), Title: p.Network.Title, Testnet: p.Network.Testnet, Explorer: p.Network.Explorer}
	if p.Demo {
		n.RPC, n.Explorer = p.RPC, ""
	} else {
		n.PublicRPC = p.PublicNode()
	}
	return n
}

// PublicNode returns the URL of a public node: the demo's, or the network's. It never
// returns the operator's own, since that URL may contain a key. It is empty if there is
// none.
func (p *Presenter) PublicNode() string {
	if p.Demo {
		return p.RPC
	}
	known, _ := x402.NetworkByChainID(p.Network.ChainID)
	return known.RPC
}
