// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// DeployAndMintDeployment is an auto generated low-level Go binding around an user-defined struct.
type DeployAndMintDeployment struct {
	Wallet  common.Address
	Factory common.Address
	Gas     *big.Int
	Call    []byte
}

// DeployAndMintMetaData contains all meta data concerning the DeployAndMint contract.
var DeployAndMintMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"launch\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"show\",\"type\":\"bool\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"wallet\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"factory\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"gas_\",\"type\":\"uint256\"},{\"internalType\":\"bytes\",\"name\":\"call\",\"type\":\"bytes\"}],\"internalType\":\"structDeployAndMint.Deployment[]\",\"name\":\"deployments\",\"type\":\"tuple[]\"},{\"internalType\":\"bytes\",\"name\":\"input\",\"type\":\"bytes\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"launch\",\"type\":\"address\"}],\"name\":\"Calls\",\"type\":\"event\"}]",
	ID:  "DeployAndMint",
	Bin: "0x608060405234801561000f575f5ffd5b5060405161045438038061045483398101604081905261002e91610299565b6040516001600160a01b038516907fe22fadbcea561245ef3a9b33816fe9b4d8f1d26f78b6e38ddcaa315c7ea8fddb905f90a281515f8461006f575f610071565b815b6001600160401b03811115610088576100886101c2565b6040519080825280602002602001820160405280156100b1578160200160208202803683370190505b5090505f5b8281101561016c575f8582815181106100d1576100d161041a565b60200260200101519050805f01516001600160a01b03163b5f146100f55750610164565b6020810151604082015160608301515f5a90505f5f8351602085015f8888f1508a1561015e5784516001600160a01b03163b1561013c575a610137908261042e565b61013f565b5f195b8787815181106101515761015161041a565b6020026020010181815250505b50505050505b6001016100b6565b505f5f8451602086015f8a5af16040513d871583166101a557805f833e82610192578082fd5b6020850280602086018385015e80820183f35b005b80516001600160a01b03811681146101bd575f5ffd5b919050565b634e487b7160e01b5f52604160045260245ffd5b604051608081016001600160401b03811182821017156101f8576101f86101c2565b60405290565b604051601f8201601f191681016001600160401b0381118282101715610226576102266101c2565b604052919050565b5f82601f83011261023d575f5ffd5b81516001600160401b03811115610256576102566101c2565b610269601f8201601f19166020016101fe565b81815284602083860101111561027d575f5ffd5b8160208501602083015e5f918101602001919091529392505050565b5f5f5f5f608085870312156102ac575f5ffd5b6102b5856101a7565b9350602085015180151581146102c9575f5ffd5b60408601519093506001600160401b038111156102e4575f5ffd5b8501601f810187136102f4575f5ffd5b80516001600160401b0381111561030d5761030d6101c2565b8060051b61031d602082016101fe565b9182526020818401810192908101908a841115610338575f5ffd5b6020850192505b838310156103e15782516001600160401b0381111561035c575f5ffd5b85016080818d03601f19011215610371575f5ffd5b6103796101d6565b610385602083016101a7565b8152610393604083016101a7565b60208201526060820151604082015260808201516001600160401b038111156103ba575f5ffd5b6103c98e60208386010161022e565b6060830152508352506020928301929091019061033f565b60608a0151909650935050506001600160401b038211159050610402575f5ffd5b61040e8782880161022e565b91505092959194509250565b634e487b7160e01b5f52603260045260245ffd5b8181038181111561044d57634e487b7160e01b5f52601160045260245ffd5b9291505056fe",
}

// DeployAndMint is an auto generated Go binding around an Ethereum contract.
type DeployAndMint struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *DeployAndMint) GetABI() abi.ABI {
	return c.abi
}

// NewDeployAndMint creates a new instance of DeployAndMint.
func NewDeployAndMint() *DeployAndMint {
	parsed, err := DeployAndMintMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &DeployAndMint{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *DeployAndMint) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address launch, bool show, (address,address,uint256,bytes)[] deployments, bytes input) returns()
func (deployAndMint *DeployAndMint) PackConstructor(launch common.Address, show bool, deployments []DeployAndMintDeployment, input []byte) []byte {
	enc, err := deployAndMint.abi.Pack("", launch, show, deployments, input)
	if err != nil {
		panic(err)
	}
	return enc
}

// DeployAndMintCalls represents a Calls event raised by the DeployAndMint contract.
type DeployAndMintCalls struct {
	Launch common.Address
	Raw    *types.Log // Blockchain specific contextual infos
}

const DeployAndMintCallsEventName = "Calls"

// ContractEventName returns the user-defined event name.
func (DeployAndMintCalls) ContractEventName() string {
	return DeployAndMintCallsEventName
}

// UnpackCallsEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Calls(address indexed launch)
func (deployAndMint *DeployAndMint) UnpackCallsEvent(log *types.Log) (*DeployAndMintCalls, error) {
	event := "Calls"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != deployAndMint.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(DeployAndMintCalls)
	if len(log.Data) > 0 {
		if err := deployAndMint.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range deployAndMint.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}
