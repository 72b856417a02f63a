package chain

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// The deterministic deployment proxy (github.com/Arachnid/deterministic-deployment-proxy),
// at the same address on every chain that matters.
var (
	create2Deployer = common.HexToAddress("0x4e59b44847b379578588920cA78FbF26c0B4956C")
	create2Runtime  = hexutil.MustDecode("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3")
)
