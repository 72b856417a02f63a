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

// Payer is an auto generated low-level Go binding around an user-defined struct.
type Payer struct {
	Balance     *big.Int
	Used        bool
	Blacklisted bool
	CodeSize    *big.Int
	Chain       [32]byte
}

// Payment is an auto generated low-level Go binding around an user-defined struct.
type Payment struct {
	Payer       common.Address
	Quantity    *big.Int
	ValidAfter  *big.Int
	ValidBefore *big.Int
	Nonce       [32]byte
	Signature   []byte
}

// State is an auto generated low-level Go binding around an user-defined struct.
type State struct {
	Sold         *big.Int
	Withdrawn    *big.Int
	Held         *big.Int
	Unaccounted  *big.Int
	Owner        common.Address
	PendingOwner common.Address
	Minter       common.Address
	Paused       bool
}

// Terms is an auto generated low-level Go binding around an user-defined struct.
type Terms struct {
	Name        string
	Symbol      string
	ContractURI string
	Asset       common.Address
	Price       *big.Int
	Allotment   *big.Int
	Cap         *big.Int
	Limit       *big.Int
	OpensAt     uint64
	ClosesAt    uint64
	Treasury    common.Address
	Owner       common.Address
	Minter      common.Address
}

// LaunchMetaData contains all meta data concerning the Launch contract.
var LaunchMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"symbol\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"contractURI\",\"type\":\"string\"},{\"internalType\":\"address\",\"name\":\"asset\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"allotment\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cap\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"opensAt\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"internalType\":\"structTerms\",\"name\":\"terms_\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"}],\"name\":\"AlreadySpent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"}],\"name\":\"AuthorizationExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"}],\"name\":\"AuthorizationNotYetValid\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationUsedOrCanceled\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"CallerMustBePayee\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"closesAt\",\"type\":\"uint256\"}],\"name\":\"Closed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"EnforcedPause\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"owed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"received\",\"type\":\"uint256\"}],\"name\":\"Insolvent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"}],\"name\":\"InvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"term\",\"type\":\"string\"}],\"name\":\"InvalidTerm\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"payers\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"nonces\",\"type\":\"uint256\"}],\"name\":\"LengthMismatch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"attempted\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"atLeast\",\"type\":\"uint256\"}],\"name\":\"NotAttempted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"opensAt\",\"type\":\"uint256\"}],\"name\":\"NotOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"}],\"name\":\"NotSettled\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"reason\",\"type\":\"bytes\"}],\"name\":\"PaymentRefused\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"PermitExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"QuantityOutOfRange\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ReentrancyGuardReentrantCall\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"}],\"name\":\"SoldOut\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"Unauthorized\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"name\":\"WrongHistory\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationCanceled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationUsed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"}],\"name\":\"Minted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previous\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"name\":\"MinterChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferStarted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"Paused\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Refunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"reason\",\"type\":\"bytes\"}],\"name\":\"Skipped\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"Unpaused\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"CANCEL_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"RECEIVE_WITH_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"TRANSFER_WITH_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"acceptOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"authorizationState\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"cancelAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"cancelAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"chainOf\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"contractURI\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address[]\",\"name\":\"payers\",\"type\":\"address[]\"},{\"internalType\":\"bytes32[]\",\"name\":\"nonces_\",\"type\":\"bytes32[]\"}],\"name\":\"inspect\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"bool\",\"name\":\"used\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"blacklisted\",\"type\":\"bool\"},{\"internalType\":\"uint256\",\"name\":\"codeSize\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"internalType\":\"structPayer[]\",\"name\":\"found\",\"type\":\"tuple[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"internalType\":\"structPayment\",\"name\":\"payment\",\"type\":\"tuple\"}],\"name\":\"mint\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"internalType\":\"structPayment[]\",\"name\":\"payments\",\"type\":\"tuple[]\"},{\"internalType\":\"uint256\",\"name\":\"atLeast\",\"type\":\"uint256\"}],\"name\":\"mintBatch\",\"outputs\":[{\"internalType\":\"bytes4[]\",\"name\":\"results\",\"type\":\"bytes4[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"bytes32[]\",\"name\":\"history\",\"type\":\"bytes32[]\"}],\"name\":\"mintSettled\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minter\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"paused\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"paymentId\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pendingOwner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"bytes32[]\",\"name\":\"history\",\"type\":\"bytes32[]\"}],\"name\":\"refund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"renounceOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"minter_\",\"type\":\"address\"}],\"name\":\"setMinter\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"sold\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"state\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"sold\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"withdrawn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"held\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"unaccounted\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"pendingOwner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"paused\",\"type\":\"bool\"}],\"internalType\":\"structState\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"terms\",\"outputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"symbol\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"contractURI\",\"type\":\"string\"},{\"internalType\":\"address\",\"name\":\"asset\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"allotment\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cap\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"opensAt\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"internalType\":\"structTerms\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"transferWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"transferWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unpause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"version\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"withdraw\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"withdrawn\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "Launch",
	Bin: "0x610260604052348015610010575f5ffd5b50604051615da8380380615da883398101604081905261002f91610b17565b61016081015181516020830151306080524660a0525f60c081905260e081905261010052600361005f8382610cfd565b50600461006c8282610cfd565b50505061007e816101a660201b60201c565b5061008881610208565b60608101516001600160a01b03166101205260808101516101405260a081018051610160525160c08201516100bd9190610dcb565b61018090815260e08201516101a0526101008201516001600160401b039081166101c052610120830151166101e0526101408201516001600160a01b0390811661020052610160830151811661022052908201805182166102405251600980546001600160a01b031916919092161790556040810151600a906101409082610cfd565b506101808101516040516001600160a01b03909116905f907f3b0007eb941cf645526cbb3a4fdaecda9d28ce4843167d9263b536a1f1edc0f6908290a350610ef2565b815481529060010190602001808311610183575093989497509395505050505050565b6006546040516001600160a01b038084169216907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a3600680546001600160a01b039092166001600160a01b0319928316179055600780549091169055565b8051516040805180820190915260048152636e616d6560e01b602082015261023291151590610519565b6102688160200151515f1415604051806040016040528060068152602001651cde5b589bdb60d21b81525061051960201b60201c565b606081015161027690610542565b60a0810151604080518082019091526009815268185b1b1bdd1b595b9d60ba1b60208201526102a791151590610519565b6103058160c001515f141580156102c9575060c08201516001600160701b0310155b80156102e657508160a001518260c001516102e49190610dde565b155b60408051808201909152600381526206361760ec1b6020820152610519565b5f8160a001518260c0015161031a9190610dcb565b60408051808201909152600381526206361760ec1b602082015290915061034c9060016001603f1b0383111590610519565b61039882608001515f14158015610377575061036f826001600160801b03610dcb565b836080015111155b604080518082019091526005815264707269636560d81b6020820152610519565b6103cc818360e001511115604051806040016040528060058152602001641b1a5b5a5d60da1b81525061051960201b60201c565b6104428261012001516001600160401b03165f148061041e57508261010001516001600160401b03168361012001516001600160401b031611801561041e5750428361012001516001600160401b0316115b60408051808201909152600881526718db1bdcd95cd05d60c21b6020820152610519565b6101408201516104de906001600160a01b03161580159061047e575082606001516001600160a01b03168361014001516001600160a01b031614155b801561049857506101408301516001600160a01b03163014155b80156104ba57506104b883606001518461014001516107d160201b60201c565b155b604080518082019091526008815267747265617375727960c01b6020820152610519565b61016082015160408051808201909152600581526437bbb732b960d91b6020820152610515916001600160a01b0316151590610519565b5050565b816105155780604051631026b3ed60e31b81526004016105399190610e1f565b60405180910390fd5b604080518082019091526005815264185cdcd95d60da1b6020820152610575906001600160a01b0383163b151590610519565b6040805160048152602481019091526020810180516001600160e01b03908116633644e51560e01b179091525f9182916105b191859161083e16565b915091506105ed8280156105cc57506105c9846108d3565b82145b604080518082019091526005815264185cdcd95d60da1b6020820152610519565b6040513060248201525f604482015261063890849060640160408051601f198184030181529190526020810180516001600160e01b039081166374a5008160e11b1790915261083e16565b50604080518082019091526005815264185cdcd95d60da1b6020820152909250610663908390610519565b6040513060248201526106a890849060440160408051601f198184030181529190526020810180516001600160e01b039081166370a0823160e01b1790915261083e16565b50604080518082019091526005815264185cdcd95d60da1b60208201529092506106d3908390610519565b604080516041808252608082019092525f9182916001600160a01b03871691600191309183918691829182916020820181803683375050604051610721989796959493929150602401610e38565b60408051601f198184030181529181526020820180516001600160e01b031663cf09299560e01b179052516107569190610e8c565b5f604051808303815f865af19150503d805f811461078f576040519150601f19603f3d011682016040523d82523d5f602084013e610794565b606091505b50915091506107ca821580156105cc575081511515604080518082019091526005815264185cdcd95d60da1b6020820152610519565b5050505050565b6040516001600160a01b03821660248201525f908190819061082590869060440160408051601f198184030181529190526020810180516001600160e01b0390811663fe575a8760e01b1790915261083e16565b9150915081801561083557508015155b95945050505050565b5f5f6060846001600160a01b03168460405161085a9190610e8c565b5f60405180830381855afa9150503d805f8114610892576040519150601f19603f3d011682016040523d82523d5f602084013e610897565b606091505b5090935090508280156108ac57506020815110155b925082156108cb57808060200190518101906108c89190610ea2565b91505b509250929050565b5f816001600160a01b03166306fdde036040518163ffffffff1660e01b81526004015f60405180830381865afa92505050801561093157506040513d5f823e601f3d908101601f1916820160405261092e9190810190610eb9565b60015b15610a1957826001600160a01b03166354fd4d506040518163ffffffff1660e01b81526004015f60405180830381865afa92505050801561099357506040513d5f823e601f3d908101601f191682016040526109909190810190610eb9565b60015b15610a17578151602080840191909120825183830120604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f9481019490945283019190915260608201524660808201526001600160a01b03851660a082015260c0016040516020818303038152906040528051906020012092505050919050565b505b505f919050565b634e487b7160e01b5f52604160045260245ffd5b6040516101a081016001600160401b0381118282101715610a5757610a57610a20565b60405290565b5f82601f830112610a6c575f5ffd5b81516001600160401b03811115610a8557610a85610a20565b604051601f8201601f19908116603f011681016001600160401b0381118282101715610ab357610ab3610a20565b604052818152838201602001851015610aca575f5ffd5b8160208501602083015e5f918101602001919091529392505050565b80516001600160a01b0381168114610afc575f5ffd5b919050565b80516001600160401b0381168114610afc575f5ffd5b5f60208284031215610b27575f5ffd5b81516001600160401b03811115610b3c575f5ffd5b82016101a08185031215610b4e575f5ffd5b610b56610a34565b81516001600160401b03811115610b6b575f5ffd5b610b7786828501610a5d565b82525060208201516001600160401b03811115610b92575f5ffd5b610b9e86828501610a5d565b60208301525060408201516001600160401b03811115610bbc575f5ffd5b610bc886828501610a5d565b604083015250610bda60608301610ae6565b60608201526080828101519082015260a0808301519082015260c0808301519082015260e08083015190820152610c146101008301610b01565b610100820152610c276101208301610b01565b610120820152610c3a6101408301610ae6565b610140820152610c4d6101608301610ae6565b610160820152610c606101808301610ae6565b610180820152949350505050565b600181811c90821680610c8257607f821691505b602082108103610ca057634e487b7160e01b5f52602260045260245ffd5b50919050565b601f821115610cf85782821115610cf857805f5260205f20601f840160051c6020851015610cd157505f5b90810190601f840160051c035f5b81811015610cf4575f83820155600101610cdf565b5050505b505050565b81516001600160401b03811115610d1657610d16610a20565b610d2a81610d248454610c6e565b84610ca6565b6020601f821160018114610d5c575f8315610d455750848201515b5f19600385901b1c1916600184901b1784556107ca565b5f84815260208120601f198516915b82811015610d8b5787850151825560209485019460019092019101610d6b565b5084821015610da857868401515f19600387901b60f8161c191681555b50505050600190811b01905550565b634e487b7160e01b5f52601260045260245ffd5b5f82610dd957610dd9610db7565b500490565b5f82610dec57610dec610db7565b500690565b5f81518084528060208401602086015e5f602082860101526020601f19601f83011685010191505092915050565b602081525f610e316020830184610df1565b9392505050565b6001600160a01b0388811682528716602082015260408101869052606081018590526080810184905260a0810183905260e060c082018190525f90610e7f90830184610df1565b9998505050505050505050565b5f82518060208501845e5f920191825250919050565b5f60208284031215610eb2575f5ffd5b5051919050565b5f60208284031215610ec9575f5ffd5b81516001600160401b03811115610ede575f5ffd5b610eea84828501610a5d565b949350505050565b60805160a05160c05160e05161010051610120516101405161016051610180516101a0516101c0516101e051610200516102205161024051614d2f6110795f395f611cc601525f611c8a01525f8181610c4601528181610c990152611c4e01525f8181611c1e01528181612cfd01528181612d270152612d7701525f8181611bee01528181612c810152612ccf01525f8181611bc801528181613851015261387701525f8181611b980152818161389d0152818161399001526139bc01525f8181610a3301528181611b5101528181611b77015281816121ab0152612f4501525f8181610b8f015281816116b501528181611b2b0152818161296001528181612e53015261300e01525f81816104e40152818161092e01528181610da501528181611162015281816111d1015281816112c30152818161162901528181611aef0152818161202a015281816120cd015281816127f7015281816128d401528181612dde015281816135560152613b9401525f50505f50505f50505f50505f5050614d2f5ff3fe608060405234801561000f575f5ffd5b5060043610610304575f3560e01c80638456cb591161019d578063d5025625116100e8578063e45638cf11610093578063ef55bec61161006e578063ef55bec6146107a1578063f2fde38b146107b4578063fca3b5aa146107c7575f5ffd5b8063e45638cf14610759578063e8a3d4851461076c578063e94a010214610774575f5ffd5b8063dd62ed3e116100c3578063dd62ed3e146106fc578063e30c397814610726578063e3ee160e14610746575f5ffd5b8063d5025625146106ad578063d505accf146106c2578063d9169487146106d5575f5ffd5b8063a9059cbb11610148578063c19d93fb11610123578063c19d93fb1461065f578063c80ec52214610674578063cf0929951461069a575f5ffd5b8063a9059cbb14610619578063b7b728991461062c578063bfc343261461063f575f5ffd5b80638da5cb5b116101785780638da5cb5b146105ca57806395d89b41146105ea578063a0cc6a68146105f2575f5ffd5b80638456cb591461059457806384b0196e1461059c57806388b7ab63146105b7575f5ffd5b80633f4ba83a1161025d578063715018a6116102085780637ecebe00116101e35780637ecebe001461053a5780637f2eecc31461054d57806382e23f4e14610574575f5ffd5b8063715018a6146104a95780637306e7d0146104b157806379ba509714610532575f5ffd5b80635a049a70116102385780635a049a701461045c5780635c975abb1461046f57806370a0823114610496575f5ffd5b80633f4ba83a1461040857806347cac1761461041057806354fd4d5014610423575f5ffd5b80631671e062116102bd578063313ce56711610298578063313ce567146103e95780633644e515146103f85780633ccfd60b14610400575f5ffd5b80631671e062146103b957806318160ddd146103ce57806323b872dd146103d6575f5ffd5b806307546172116102ed578063075461721461033e578063095ea7b3146103835780630d6814ff146103a6575f5ffd5b806302c7e7af1461030857806306fdde0314610329575b5f5ffd5b60085467ffffffffffffffff165b6040519081526020015b60405180910390f35b6103316107da565b604051610320919061411c565b60095461035e9073ffffffffffffffffffffffffffffffffffffffff1681565b60405173ffffffffffffffffffffffffffffffffffffffff9091168152602001610320565b610396610391366004614156565b610866565b6040519015158152602001610320565b6103166103b436600461417e565b61087c565b6103cc6103c73660046141df565b6108a9565b005b610316610a28565b6103966103e4366004614242565b610a67565b60405160128152602001610320565b610316610b55565b610316610b5e565b6103cc610cf8565b6103cc61041e36600461427c565b610d55565b60408051808201909152600181527f31000000000000000000000000000000000000000000000000000000000000006020820152610331565b6103cc61046a3660046142c3565b610e88565b6008547801000000000000000000000000000000000000000000000000900460ff16610396565b6103166104a436600461417e565b610ee4565b6103cc610f2e565b6103166104bf366004614156565b604080514660208083019190915273ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000008116838501529490941660608201526080808201939093528151808203909301835260a0019052805191012090565b6103cc610f92565b61031661054836600461417e565b610fee565b6103167fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de881565b61058761058236600461430d565b611018565b6040516103209190614379565b6103cc61136c565b6105a461142c565b60405161032097969594939291906143ef565b6103cc6105c53660046145a3565b61146e565b60065461035e9073ffffffffffffffffffffffffffffffffffffffff1681565b61033161156d565b6103167f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226781565b610396610627366004614156565b61157a565b6103cc61063a366004614622565b611586565b61065261064d366004614675565b611596565b60405161032091906146bd565b6106676115b9565b6040516103209190614716565b6008546801000000000000000090046fffffffffffffffffffffffffffffffff16610316565b6103cc6106a83660046145a3565b6117dd565b6106b561186a565b60405161032091906147b3565b6103cc6106d0366004614944565b611d03565b6103167f158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a159742981565b61031661070a3660046149aa565b600260209081525f928352604080842090915290825290205481565b60075461035e9073ffffffffffffffffffffffffffffffffffffffff1681565b6103cc6107543660046149db565b611e77565b6103cc6107673660046141df565b611f80565b61033161225c565b610396610782366004614156565b600560209081525f928352604080842090915290825290205460ff1681565b6103cc6107af3660046149db565b612269565b6103cc6107c236600461417e565b612347565b6103cc6107d536600461417e565b612410565b600380546107e790614a56565b80601f016020809104026020016040519081016040528092919081815260200182805461081390614a56565b801561085e5780601f106108355761010080835404028352916020019161085e565b820191905f5260205f20905b81548152906001019060200180831161084157829003601f168201915b505050505081565b5f6108723384846124f0565b5060015b92915050565b73ffffffffffffffffffffffffffffffffffffffff81165f9081526001602052604081205460701c610876565b60065473ffffffffffffffffffffffffffffffffffffffff163314610901576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024015b60405180910390fd5b6109096125c2565b604080514660208083019190915273ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000008116838501528816606083015260808083018890528351808403909101815260a0909201909252805191012061098586828585612619565b61098f8682612750565b8573ffffffffffffffffffffffffffffffffffffffff16817ff552ca82e113ac3c539c3d617f29fcd19c172a0c75dad017555c9e109f7fe183866040516109d891815260200190565b60405180910390a36109ea86856127ab565b6109f26128a4565b5050610a21610d535f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612613565b5050505050565b6008545f90610a62907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16614ad4565b905090565b73ffffffffffffffffffffffffffffffffffffffff83165f9081526002602090815260408083203384529091528120547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8114610b3d5782811015610b08576040517ffb8f41b200000000000000000000000000000000000000000000000000000000815233600482015260248101829052604481018490526064016108f8565b73ffffffffffffffffffffffffffffffffffffffff85165f908152600260209081526040808320338452909152902083820390555b610b48858585612a0a565b60019150505b9392505050565b5f610a62612bcb565b5f610b676125c2565b6008546fffffffffffffffffffffffffffffffff6801000000000000000082041690610bbe907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16614ad4565b610bc89190614aeb565b9050805f03610bd857505f610cc8565b600880546fffffffffffffffffffffffffffffffff6801000000000000000080830482168501909116027fffffffffffffffff00000000000000000000000000000000ffffffffffffffff90911617905560405181815273ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016907f7084f5476618d8e60b11ef0d7d3f06914655adb8793e28ff7f018d4c76d505d59060200160405180910390a2610cbe7f0000000000000000000000000000000000000000000000000000000000000000826127ab565b610cc66128a4565b505b610cf5610d535f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612613565b90565b60065473ffffffffffffffffffffffffffffffffffffffff163314610d4b576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b610d53612bd4565b565b610d5d6125c2565b610d65612c26565b6008546040517f70a0823100000000000000000000000000000000000000000000000000000000815230600482015267ffffffffffffffff909116905f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015610dff573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610e239190614afe565b90505f610e3184845a612da3565b50905080515f14610e4457805160208201fd5b610e55838560200135850184612fca565b505050610e85610d535f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612613565b50565b60408051602081018490529081018290527fff0000000000000000000000000000000000000000000000000000000000000060f885901b166060820152610a219086908690606101604051602081830303815290604052613085565b5f610eff60016e010000000000000000000000000000614aeb565b73ffffffffffffffffffffffffffffffffffffffff9092165f9081526001602052604090205491909116919050565b60065473ffffffffffffffffffffffffffffffffffffffff163314610f81576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b610f89613188565b610d535f6131b7565b60075473ffffffffffffffffffffffffffffffffffffffff163314610fe5576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b610d53336131b7565b73ffffffffffffffffffffffffffffffffffffffff81165f90815260208190526040812054610876565b606083821461105d576040517fab8b67c600000000000000000000000000000000000000000000000000000000815260048101859052602481018390526044016108f8565b8367ffffffffffffffff811115611076576110766144ae565b6040519080825280602002602001820160405280156110d857816020015b6110c56040518060a001604052805f81526020015f151581526020015f151581526020015f81526020015f81525090565b8152602001906001900390816110945790505b5090505f5b84811015611363575f8686838181106110f8576110f8614b15565b905060200201602081019061110d919061417e565b6040805160a08101918290527f70a082310000000000000000000000000000000000000000000000000000000090915273ffffffffffffffffffffffffffffffffffffffff80831660a48301529192509081907f0000000000000000000000000000000000000000000000000000000000000000166370a0823160c48301602060405180830381865afa1580156111a6573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906111ca9190614afe565b81526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1663e94a01028489898881811061121e5761121e614b15565b6040517fffffffff0000000000000000000000000000000000000000000000000000000060e087901b16815273ffffffffffffffffffffffffffffffffffffffff90941660048501526020029190910135602483015250604401602060405180830381865afa158015611293573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906112b79190614b42565b151581526020016112e87f00000000000000000000000000000000000000000000000000000000000000008461324b565b151581526020018273ffffffffffffffffffffffffffffffffffffffff163b815260200161133a8373ffffffffffffffffffffffffffffffffffffffff165f9081526001602052604090205460701c90565b81525083838151811061134f5761134f614b15565b6020908102919091010152506001016110dd565b50949350505050565b60065473ffffffffffffffffffffffffffffffffffffffff1633146113bf576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b600880547fffffffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffff1678010000000000000000000000000000000000000000000000001790556040517f9e87fac88ff661f02d44f95383c817fece4bce600a3dab7a54406878b965e752905f90a1565b7f0f000000000000000000000000000000000000000000000000000000000000006060805f80808361145c61330d565b97989097965046955030945091925090565b73ffffffffffffffffffffffffffffffffffffffff861633146114bf576040517f38147cf90000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b604080517fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de860208083019190915273ffffffffffffffffffffffffffffffffffffffff808b1683850152891660608301526080820188905260a0820187905260c0820186905260e08083018690528351808403909101815261010090920190925280519101205f905b90506115588886868685876133de565b611563888888612a0a565b5050505050505050565b600480546107e790614a56565b5f610872338484612a0a565b611591838383613085565b505050565b60606115a38484846134f3565b9050602080820352805160051b60400160208203f35b60408051610100810182525f80825260208201819052918101829052606081018290526080810182905260a0810182905260c0810182905260e08101919091526040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201525f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015611683573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906116a79190614afe565b6008549091505f906116e4907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16614ad4565b6008549091505f90611714906801000000000000000090046fffffffffffffffffffffffffffffffff1684614b61565b604080516101008101825260085467ffffffffffffffff811682526801000000000000000090046fffffffffffffffffffffffffffffffff1660208201529081018590529091506060810183831161176c575f611776565b6117768484614aeb565b815260065473ffffffffffffffffffffffffffffffffffffffff9081166020830152600754811660408301526009541660608201526008547801000000000000000000000000000000000000000000000000900460ff161515608090910152949350505050565b604080517f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226760208083019190915273ffffffffffffffffffffffffffffffffffffffff808b1683850152891660608301526080820188905260a0820187905260c0820186905260e08083018690528351808403909101815261010090920190925280519101205f90611548565b611937604051806101a001604052806060815260200160608152602001606081526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f81526020015f81526020015f81526020015f81526020015f67ffffffffffffffff1681526020015f67ffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681525090565b604051806101a001604052806003805461195090614a56565b80601f016020809104026020016040519081016040528092919081815260200182805461197c90614a56565b80156119c75780601f1061199e576101008083540402835291602001916119c7565b820191905f5260205f20905b8154815290600101906020018083116119aa57829003601f168201915b50505050508152602001600480546119de90614a56565b80601f0160208091040260200160405190810160405280929190818152602001828054611a0a90614a56565b8015611a555780601f10611a2c57610100808354040283529160200191611a55565b820191905f5260205f20905b815481529060010190602001808311611a3857829003601f168201915b50505050508152602001600a8054611a6c90614a56565b80601f0160208091040260200160405190810160405280929190818152602001828054611a9890614a56565b8015611ae35780601f10611aba57610100808354040283529160200191611ae3565b820191905f5260205f20905b815481529060010190602001808311611ac657829003601f168201915b505050505081526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f00000000000000000000000000000000000000000000000000000000000000007f0000000000000000000000000000000000000000000000000000000000000000611bc19190614ad4565b81526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f000000000000000000000000000000000000000000000000000000000000000067ffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000067ffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16815250905090565b83421115611d40576040517f9e96b26f000000000000000000000000000000000000000000000000000000008152600481018590526024016108f8565b5f7f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9888888611d988c73ffffffffffffffffffffffffffffffffffffffff165f90815260208190526040902080546001810190915590565b60408051602081019690965273ffffffffffffffffffffffffffffffffffffffff94851690860152929091166060840152608083015260a082015260c0810186905260e001604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe081840301815282825280516020918201209083018690529082018490527fff0000000000000000000000000000000000000000000000000000000000000060f887901b1660608301529150611e6c90899083906061016040516020818303038152906040526137eb565b6115638888886124f0565b604080517f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226760208083019190915273ffffffffffffffffffffffffffffffffffffffff808d16838501528b166060830152608082018a905260a0820189905260c0820188905260e08083018890528351808403909101815261010090920190925280519101205f905b9050611f698a8888888588888b604051602001611f5593929190928352602083019190915260f81b7fff0000000000000000000000000000000000000000000000000000000000000016604082015260410190565b6040516020818303038152906040526133de565b611f748a8a8a612a0a565b50505050505050505050565b611f886125c2565b60095473ffffffffffffffffffffffffffffffffffffffff163314611fdb576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b60085467ffffffffffffffff165f611ff3858361384c565b905080515f1461200557805160208201fd5b604080514660208083019190915273ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000008116838501528a16606083015260808083018a90528351808403909101815260a0909201909252805191012061208188828787612619565b6040517fe94a010200000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff8981166004830152602482018990527f0000000000000000000000000000000000000000000000000000000000000000169063e94a010290604401602060405180830381865afa158015612112573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906121369190614b42565b61216f576040517f1d46cb05000000000000000000000000000000000000000000000000000000008152600481018290526024016108f8565b600880547fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000001687850167ffffffffffffffff161790556121d2887f0000000000000000000000000000000000000000000000000000000000000000880283613a14565b8773ffffffffffffffffffffffffffffffffffffffff16817f1a49076e0e8c733171c5360d78c9ae8e19fef5a0720b926e72f78b7cc37618cd8860405161221b91815260200190565b60405180910390a361222b6128a4565b50505050610a21610d535f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612613565b600a80546107e790614a56565b73ffffffffffffffffffffffffffffffffffffffff881633146122ba576040517f38147cf90000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b604080517fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de860208083019190915273ffffffffffffffffffffffffffffffffffffffff808d16838501528b166060830152608082018a905260a0820189905260c0820188905260e08083018890528351808403909101815261010090920190925280519101205f90611f00565b60065473ffffffffffffffffffffffffffffffffffffffff16331461239a576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b600780547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff838116918217909255600654604051919216907f38d16b8cac22d99fc7c124b9cd0de2d3fa1faef420bfe791d8c362d765e22700905f90a350565b60065473ffffffffffffffffffffffffffffffffffffffff163314612463576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024016108f8565b60095460405173ffffffffffffffffffffffffffffffffffffffff8084169216907f3b0007eb941cf645526cbb3a4fdaecda9d28ce4843167d9263b536a1f1edc0f6905f90a3600980547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff92909216919091179055565b73ffffffffffffffffffffffffffffffffffffffff8216612555576040517f94280d6200000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff831660048201526024016108f8565b73ffffffffffffffffffffffffffffffffffffffff8381165f8181526002602090815260408083209487168084529482529182902085905590518481527f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925910160405180910390a3505050565b6125ec7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005c613aa1565b610d5360017f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005b90613ad8565b5f5f5f5b83811015612681576126538386868481811061263b5761263b614b15565b905060200201355f9182526020526040902060701c90565b92508585858381811061266857612668614b15565b905060200201350361267957600191505b60010161261d565b5073ffffffffffffffffffffffffffffffffffffffff86165f9081526001602052604090205460701c821461270d5773ffffffffffffffffffffffffffffffffffffffff86165f9081526001602052604090205460701c6040517ffdee92660000000000000000000000000000000000000000000000000000000081526004016108f891815260200190565b8015612748576040517f13b8207c000000000000000000000000000000000000000000000000000000008152600481018690526024016108f8565b505050505050565b73ffffffffffffffffffffffffffffffffffffffff82165f9081526001602052604090205461277f9082613adf565b73ffffffffffffffffffffffffffffffffffffffff9092165f9081526001602052604090209190915550565b6040517fa9059cbb00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff8381166004830152602482018390527f0000000000000000000000000000000000000000000000000000000000000000169063a9059cbb906044016020604051808303815f875af115801561283d573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906128619190614b42565b6128a0576040517fd519bd86000000000000000000000000000000000000000000000000000000008152602060048201525f60248201526044016108f8565b5050565b6040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201525f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa15801561292e573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906129529190614afe565b6008549091505f9061298f907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16614ad4565b6008549091505f906129bf906801000000000000000090046fffffffffffffffffffffffffffffffff1684614b61565b905081811015612a05576040517f1f2c89f000000000000000000000000000000000000000000000000000000000815260048101839052602481018290526044016108f8565b505090565b73ffffffffffffffffffffffffffffffffffffffff82161580612a42575073ffffffffffffffffffffffffffffffffffffffff821630145b15612a91576040517fec442f0500000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff831660048201526024016108f8565b73ffffffffffffffffffffffffffffffffffffffff83165f90815260016020819052604090912054908290612ad5906e010000000000000000000000000000614aeb565b82161015612b515783612af860016e010000000000000000000000000000614aeb565b6040517fe450d38c00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff909216600483015282166024820152604481018390526064016108f8565b73ffffffffffffffffffffffffffffffffffffffff8085165f8181526001602052604080822086860390559286168082529083902080548601905591517fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef90612bbd9086815260200190565b60405180910390a350505050565b5f610a62613b28565b600880547fffffffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffff1690556040517fa45f47fdea8a1efdd9029a5691c7f759c32b7c698632b563573e155625d16933905f90a1565b6008547801000000000000000000000000000000000000000000000000900460ff1615612c7f576040517fd93c066500000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b7f0000000000000000000000000000000000000000000000000000000000000000421015612cfb576040517f341b372a0000000000000000000000000000000000000000000000000000000081527f000000000000000000000000000000000000000000000000000000000000000060048201526024016108f8565b7f000000000000000000000000000000000000000000000000000000000000000015801590612d4a57507f00000000000000000000000000000000000000000000000000000000000000004210155b15610d53576040517f6cc09e7b0000000000000000000000000000000000000000000000000000000081527f000000000000000000000000000000000000000000000000000000000000000060048201526024016108f8565b60605f602085018035908290612db9908861417e565b604080514660208083019190915273ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000811683850152841660608301526080808c0135838201528351808403909101815260a090920190925280519101209091509250612e3a828761384c565b935083515f14612e4b575050612fc2565b5f5f612e7a897f0000000000000000000000000000000000000000000000000000000000000000860289613b8f565b9150915081612f3f576040517fd519bd860000000000000000000000000000000000000000000000000000000090612eb690839060240161411c565b604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167fffffffff00000000000000000000000000000000000000000000000000000000909316929092179091529550612fc29350505050565b612f6c837f0000000000000000000000000000000000000000000000000000000000000000860287613a14565b50508073ffffffffffffffffffffffffffffffffffffffff16837f1a49076e0e8c733171c5360d78c9ae8e19fef5a0720b926e72f78b7cc37618cd84604051612fb791815260200190565b60405180910390a350505b935093915050565b600880547fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000001667ffffffffffffffff84161790555f6130076128a4565b90508383037f000000000000000000000000000000000000000000000000000000000000000002828101821015610a215780838311613046575f61304a565b8383035b6040517f1f2c89f0000000000000000000000000000000000000000000000000000000008152600481019290925260248201526044016108f8565b61308f8383613cb1565b604080517f158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429602082015273ffffffffffffffffffffffffffffffffffffffff8516918101919091526060810183905261310390849060800160405160208183030381529060405280519060200120836137eb565b73ffffffffffffffffffffffffffffffffffffffff83165f81815260056020908152604080832086845290915280822080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055518492917f1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d8191a3505050565b6008547801000000000000000000000000000000000000000000000000900460ff1615610d5357610d53612bd4565b60065460405173ffffffffffffffffffffffffffffffffffffffff8084169216907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a36006805473ffffffffffffffffffffffffffffffffffffffff9092167fffffffffffffffffffffffff0000000000000000000000000000000000000000928316179055600780549091169055565b60405173ffffffffffffffffffffffffffffffffffffffff821660248201525f90819081906132f4908690604401604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167ffe575a8700000000000000000000000000000000000000000000000000000000179052613d3a565b9150915081801561330457508015155b95945050505050565b606080600361334c60408051808201909152600181527f3100000000000000000000000000000000000000000000000000000000000000602082015290565b81805461335890614a56565b80601f016020809104026020016040519081016040528092919081815260200182805461338490614a56565b80156133cf5780601f106133a6576101008083540402835291602001916133cf565b820191905f5260205f20905b8154815290600101906020018083116133b257829003601f168201915b50505050509150915091509091565b84421161341a576040517f7a4df079000000000000000000000000000000000000000000000000000000008152600481018690526024016108f8565b834210613456576040517f3d91b05f000000000000000000000000000000000000000000000000000000008152600481018590526024016108f8565b6134608684613cb1565b61346b8683836137eb565b73ffffffffffffffffffffffffffffffffffffffff86165f81815260056020908152604080832087845290915280822080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055518592917f98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a591a3505050505050565b60606134fd6125c2565b613505612c26565b61350e83613ddc565b6040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201529091505f9073ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016906370a0823190602401602060405180830381865afa15801561359b573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906135bf9190614afe565b60085490915067ffffffffffffffff16805f5b86811080156136095750620111706135ee603f62030d40614b74565b6135fb9062030d40614b61565b6136059190614b61565b5a10155b15613764573688888381811061362157613621614b15565b90506020028101906136339190614bac565b6040519091505f80613649848762030d40612da3565b9150915081515f036136a8575f60e01b89868151811061366b5761366b614b15565b7fffffffff00000000000000000000000000000000000000000000000000000000909216602092830291909101820152840135959095019461374e565b6136b182614be8565b8986815181106136c3576136c3614b15565b7fffffffff000000000000000000000000000000000000000000000000000000009092166020928302919091018201526136ff9085018561417e565b73ffffffffffffffffffffffffffffffffffffffff16817fe2c640373d0d75e1b25548be0b2cd99f02e619689dea7385b029e696b02d381584604051613745919061411c565b60405180910390a35b50506040525061375d81614c54565b90506135d2565b858110156137a8576040517fca96032b00000000000000000000000000000000000000000000000000000000815260048101829052602481018790526044016108f8565b8282146137ba576137ba838386612fca565b50505050610b4e610d535f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612613565b6137fe836137f884613e53565b83613e7f565b611591576040517fd855c4f400000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff841660048201526024016108f8565b60605f7f00000000000000000000000000000000000000000000000000000000000000001561389b577f00000000000000000000000000000000000000000000000000000000000000006138bd565b7f00000000000000000000000000000000000000000000000000000000000000005b90508315806138cb57508084115b1561398d5760405160248101859052604481018290527fd73ce5b600000000000000000000000000000000000000000000000000000000906064015b604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167fffffffff000000000000000000000000000000000000000000000000000000009093169290921790915291506108769050565b827f000000000000000000000000000000000000000000000000000000000000000003841115613a0d576040517f000000000000000000000000000000000000000000000000000000000000000084900360248201527f7e1f5a770000000000000000000000000000000000000000000000000000000090604401613907565b5092915050565b73ffffffffffffffffffffffffffffffffffffffff83165f9081526001602052604090205482613a448284613adf565b73ffffffffffffffffffffffffffffffffffffffff86165f81815260016020908152604080832095909401909455915186815290927fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef9101612bbd565b15610d53576040517f3ee5aeb500000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b80825d5050565b5f80613afb607085901c845f9182526020526040902060701c90565b9050613b1760016e010000000000000000000000000000614aeb565b8416607082901b1791505092915050565b5f805f5f613b3461330d565b8151602092830120815191830191909120604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8152938401929092529082015246606082015230608082015260a09020949350505050565b5f60607f00000000000000000000000000000000000000000000000000000000000000007fcf092995000000000000000000000000000000000000000000000000000000003684613be360a08a018a614c8b565b9092509050612000811115613bfe575f955050505050612fc2565b604051601f19601f830116610104018482528a356004830152306024830152896044830152606060408c01606484013760e060c48301528260e483015282846101048401375f83610104018301525f5f82845f8a8ef197505086613ca4573d610104811115613c6c57506101045b819650808752805f602089013e603f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01686016040525b5050505050935093915050565b73ffffffffffffffffffffffffffffffffffffffff82165f90815260056020908152604080832084845290915290205460ff16156128a0576040517f8ef82f7f00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff83166004820152602481018290526044016108f8565b5f5f60608473ffffffffffffffffffffffffffffffffffffffff1684604051613d639190614cec565b5f60405180830381855afa9150503d805f8114613d9b576040519150601f19603f3d011682016040523d82523d5f602084013e613da0565b606091505b509093509050828015613db557506020815110155b92508215613dd45780806020019051810190613dd19190614afe565b91505b509250929050565b60408051600583901b8082018301835260208201848152927fffffffff000000000000000000000000000000000000000000000000000000009201908415613e22578282525b60205b81811015613e4a5780820381811115613e3b5750805b80848386015e5060011b613e25565b50505050919050565b5f613e5c613b28565b6719010000000000005f908152601a91909152603a928352604260182092525090565b5f8373ffffffffffffffffffffffffffffffffffffffff163b5f03613f04575f5f613eaa8585613f16565b5090925090505f816003811115613ec357613ec3614d02565b148015613efb57508573ffffffffffffffffffffffffffffffffffffffff168273ffffffffffffffffffffffffffffffffffffffff16145b92505050610b4e565b613f0f848484613f5f565b9050610b4e565b5f5f5f8351604103613f4d576020840151604085015160608601515f1a613f3f88828585613fdd565b955095509550505050613f58565b505081515f91506002905b9250925092565b8051604080517f1626ba7e000000000000000000000000000000000000000000000000000000008082526004820186905260248201929092525f92906020820185604483015e5f82606483010152601f820160051c60051b915060205f60648401838a5afa9050825f5114601f3d1116811693505050509392505050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a084111561401657505f915060039050826140c6565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa158015614067573d5f5f3e3d5ffd5b50506040517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0015191505073ffffffffffffffffffffffffffffffffffffffff81166140bd57505f9250600191508290506140c6565b92505f91508190505b9450945094915050565b5f81518084528060208401602086015e5f6020828601015260207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f83011685010191505092915050565b602081525f610b4e60208301846140d0565b803573ffffffffffffffffffffffffffffffffffffffff81168114614151575f5ffd5b919050565b5f5f60408385031215614167575f5ffd5b6141708361412e565b946020939093013593505050565b5f6020828403121561418e575f5ffd5b610b4e8261412e565b5f5f83601f8401126141a7575f5ffd5b50813567ffffffffffffffff8111156141be575f5ffd5b6020830191508360208260051b85010111156141d8575f5ffd5b9250929050565b5f5f5f5f5f608086880312156141f3575f5ffd5b6141fc8661412e565b94506020860135935060408601359250606086013567ffffffffffffffff811115614225575f5ffd5b61423188828901614197565b969995985093965092949392505050565b5f5f5f60608486031215614254575f5ffd5b61425d8461412e565b925061426b6020850161412e565b929592945050506040919091013590565b5f6020828403121561428c575f5ffd5b813567ffffffffffffffff8111156142a2575f5ffd5b820160c08185031215610b4e575f5ffd5b803560ff81168114614151575f5ffd5b5f5f5f5f5f60a086880312156142d7575f5ffd5b6142e08661412e565b9450602086013593506142f5604087016142b3565b94979396509394606081013594506080013592915050565b5f5f5f5f60408587031215614320575f5ffd5b843567ffffffffffffffff811115614336575f5ffd5b61434287828801614197565b909550935050602085013567ffffffffffffffff811115614361575f5ffd5b61436d87828801614197565b95989497509550505050565b602080825282518282018190525f918401906040840190835b818110156143e45783518051845260208101511515602085015260408101511515604085015260608101516060850152608081015160808501525060a083019250602084019350600181019050614392565b509095945050505050565b7fff000000000000000000000000000000000000000000000000000000000000008816815260e060208201525f61442960e08301896140d0565b828103604084015261443b81896140d0565b6060840188905273ffffffffffffffffffffffffffffffffffffffff8716608085015260a0840186905283810360c0850152845180825260208087019350909101905f5b8181101561449d57835183526020938401939092019160010161447f565b50909b9a5050505050505050505050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b5f82601f8301126144ea575f5ffd5b813567ffffffffffffffff811115614504576145046144ae565b6040517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0603f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8501160116810181811067ffffffffffffffff82111715614570576145706144ae565b604052818152838201602001851015614587575f5ffd5b816020850160208301375f918101602001919091529392505050565b5f5f5f5f5f5f5f60e0888a0312156145b9575f5ffd5b6145c28861412e565b96506145d06020890161412e565b955060408801359450606088013593506080880135925060a0880135915060c088013567ffffffffffffffff811115614607575f5ffd5b6146138a828b016144db565b91505092959891949750929550565b5f5f5f60608486031215614634575f5ffd5b61463d8461412e565b925060208401359150604084013567ffffffffffffffff81111561465f575f5ffd5b61466b868287016144db565b9150509250925092565b5f5f5f60408486031215614687575f5ffd5b833567ffffffffffffffff81111561469d575f5ffd5b6146a986828701614197565b909790965060209590950135949350505050565b602080825282518282018190525f918401906040840190835b818110156143e45783517fffffffff00000000000000000000000000000000000000000000000000000000168352602093840193909201916001016146d6565b5f610100820190508251825260208301516020830152604083015160408301526060830151606083015273ffffffffffffffffffffffffffffffffffffffff608084015116608083015273ffffffffffffffffffffffffffffffffffffffff60a08401511660a083015273ffffffffffffffffffffffffffffffffffffffff60c08401511660c083015260e0830151613a0d60e084018215159052565b602081525f82516101a060208401526147d06101c08401826140d0565b905060208401517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe084830301604085015261480b82826140d0565b91505060408401517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe084830301606085015261484782826140d0565b9150506060840151614871608085018273ffffffffffffffffffffffffffffffffffffffff169052565b50608084015160a084015260a084015160c084015260c084015160e084015260e08401516101008401526101008401516148b861012085018267ffffffffffffffff169052565b5061012084015167ffffffffffffffff81166101408501525061014084015173ffffffffffffffffffffffffffffffffffffffff81166101608501525061016084015173ffffffffffffffffffffffffffffffffffffffff81166101808501525061018084015173ffffffffffffffffffffffffffffffffffffffff81166101a0850152509392505050565b5f5f5f5f5f5f5f60e0888a03121561495a575f5ffd5b6149638861412e565b96506149716020890161412e565b9550604088013594506060880135935061498d608089016142b3565b9699959850939692959460a0840135945060c09093013592915050565b5f5f604083850312156149bb575f5ffd5b6149c48361412e565b91506149d26020840161412e565b90509250929050565b5f5f5f5f5f5f5f5f5f6101208a8c0312156149f4575f5ffd5b6149fd8a61412e565b9850614a0b60208b0161412e565b975060408a0135965060608a0135955060808a0135945060a08a01359350614a3560c08b016142b3565b989b979a50959894979396929550929360e081013593506101000135919050565b600181811c90821680614a6a57607f821691505b602082108103614aa1577f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b50919050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b808202811582820484141761087657610876614aa7565b8181038181111561087657610876614aa7565b5f60208284031215614b0e575f5ffd5b5051919050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b5f60208284031215614b52575f5ffd5b81518015158114610b4e575f5ffd5b8082018082111561087657610876614aa7565b5f82614ba7577f4e487b71000000000000000000000000000000000000000000000000000000005f52601260045260245ffd5b500490565b5f82357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff41833603018112614bde575f5ffd5b9190910192915050565b805160208201517fffffffff00000000000000000000000000000000000000000000000000000000811691906004821015614c4d577fffffffff00000000000000000000000000000000000000000000000000000000808360040360031b1b82161692505b5050919050565b5f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8203614c8457614c84614aa7565b5060010190565b5f5f83357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe1843603018112614cbe575f5ffd5b83018035915067ffffffffffffffff821115614cd8575f5ffd5b6020019150368190038213156141d8575f5ffd5b5f82518060208501845e5f920191825250919050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd",
}

// Launch is an auto generated Go binding around an Ethereum contract.
type Launch struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Launch) GetABI() abi.ABI {
	return c.abi
}

// NewLaunch creates a new instance of Launch.
func NewLaunch() *Launch {
	parsed, err := LaunchMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Launch{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Launch) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor((string,string,string,address,uint256,uint256,uint256,uint256,uint64,uint64,address,address,address) terms_) returns()
func (launch *Launch) PackConstructor(terms_ Terms) []byte {
	enc, err := launch.abi.Pack("", terms_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackCANCELAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd9169487.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function CANCEL_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) PackCANCELAUTHORIZATIONTYPEHASH() []byte {
	enc, err := launch.abi.Pack("CANCEL_AUTHORIZATION_TYPEHASH")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCANCELAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd9169487.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function CANCEL_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) TryPackCANCELAUTHORIZATIONTYPEHASH() ([]byte, error) {
	return launch.abi.Pack("CANCEL_AUTHORIZATION_TYPEHASH")
}

// UnpackCANCELAUTHORIZATIONTYPEHASH is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd9169487.
//
// Solidity: function CANCEL_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) UnpackCANCELAUTHORIZATIONTYPEHASH(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("CANCEL_AUTHORIZATION_TYPEHASH", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (launch *Launch) PackDOMAINSEPARATOR() []byte {
	enc, err := launch.abi.Pack("DOMAIN_SEPARATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (launch *Launch) TryPackDOMAINSEPARATOR() ([]byte, error) {
	return launch.abi.Pack("DOMAIN_SEPARATOR")
}

// UnpackDOMAINSEPARATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3644e515.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (launch *Launch) UnpackDOMAINSEPARATOR(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("DOMAIN_SEPARATOR", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackRECEIVEWITHAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7f2eecc3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function RECEIVE_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) PackRECEIVEWITHAUTHORIZATIONTYPEHASH() []byte {
	enc, err := launch.abi.Pack("RECEIVE_WITH_AUTHORIZATION_TYPEHASH")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRECEIVEWITHAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7f2eecc3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function RECEIVE_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) TryPackRECEIVEWITHAUTHORIZATIONTYPEHASH() ([]byte, error) {
	return launch.abi.Pack("RECEIVE_WITH_AUTHORIZATION_TYPEHASH")
}

// UnpackRECEIVEWITHAUTHORIZATIONTYPEHASH is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7f2eecc3.
//
// Solidity: function RECEIVE_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) UnpackRECEIVEWITHAUTHORIZATIONTYPEHASH(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("RECEIVE_WITH_AUTHORIZATION_TYPEHASH", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackTRANSFERWITHAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa0cc6a68.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) PackTRANSFERWITHAUTHORIZATIONTYPEHASH() []byte {
	enc, err := launch.abi.Pack("TRANSFER_WITH_AUTHORIZATION_TYPEHASH")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTRANSFERWITHAUTHORIZATIONTYPEHASH is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa0cc6a68.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) TryPackTRANSFERWITHAUTHORIZATIONTYPEHASH() ([]byte, error) {
	return launch.abi.Pack("TRANSFER_WITH_AUTHORIZATION_TYPEHASH")
}

// UnpackTRANSFERWITHAUTHORIZATIONTYPEHASH is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa0cc6a68.
//
// Solidity: function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() view returns(bytes32)
func (launch *Launch) UnpackTRANSFERWITHAUTHORIZATIONTYPEHASH(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("TRANSFER_WITH_AUTHORIZATION_TYPEHASH", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79ba5097.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function acceptOwnership() returns()
func (launch *Launch) PackAcceptOwnership() []byte {
	enc, err := launch.abi.Pack("acceptOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79ba5097.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function acceptOwnership() returns()
func (launch *Launch) TryPackAcceptOwnership() ([]byte, error) {
	return launch.abi.Pack("acceptOwnership")
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address account, address spender) view returns(uint256)
func (launch *Launch) PackAllowance(account common.Address, spender common.Address) []byte {
	enc, err := launch.abi.Pack("allowance", account, spender)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address account, address spender) view returns(uint256)
func (launch *Launch) TryPackAllowance(account common.Address, spender common.Address) ([]byte, error) {
	return launch.abi.Pack("allowance", account, spender)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address account, address spender) view returns(uint256)
func (launch *Launch) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (launch *Launch) PackApprove(spender common.Address, amount *big.Int) []byte {
	enc, err := launch.abi.Pack("approve", spender, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (launch *Launch) TryPackApprove(spender common.Address, amount *big.Int) ([]byte, error) {
	return launch.abi.Pack("approve", spender, amount)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 amount) returns(bool)
func (launch *Launch) UnpackApprove(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackAuthorizationState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe94a0102.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (launch *Launch) PackAuthorizationState(authorizer common.Address, nonce [32]byte) []byte {
	enc, err := launch.abi.Pack("authorizationState", authorizer, nonce)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAuthorizationState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe94a0102.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (launch *Launch) TryPackAuthorizationState(authorizer common.Address, nonce [32]byte) ([]byte, error) {
	return launch.abi.Pack("authorizationState", authorizer, nonce)
}

// UnpackAuthorizationState is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe94a0102.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (launch *Launch) UnpackAuthorizationState(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("authorizationState", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (launch *Launch) PackBalanceOf(account common.Address) []byte {
	enc, err := launch.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (launch *Launch) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return launch.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (launch *Launch) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCancelAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a049a70.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) PackCancelAuthorization(authorizer common.Address, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := launch.abi.Pack("cancelAuthorization", authorizer, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancelAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a049a70.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) TryPackCancelAuthorization(authorizer common.Address, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return launch.abi.Pack("cancelAuthorization", authorizer, nonce, v, r, s)
}

// PackCancelAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7b72899.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, bytes signature) returns()
func (launch *Launch) PackCancelAuthorization0(authorizer common.Address, nonce [32]byte, signature []byte) []byte {
	enc, err := launch.abi.Pack("cancelAuthorization0", authorizer, nonce, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancelAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7b72899.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, bytes signature) returns()
func (launch *Launch) TryPackCancelAuthorization0(authorizer common.Address, nonce [32]byte, signature []byte) ([]byte, error) {
	return launch.abi.Pack("cancelAuthorization0", authorizer, nonce, signature)
}

// PackChainOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0d6814ff.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function chainOf(address account) view returns(bytes32)
func (launch *Launch) PackChainOf(account common.Address) []byte {
	enc, err := launch.abi.Pack("chainOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChainOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0d6814ff.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function chainOf(address account) view returns(bytes32)
func (launch *Launch) TryPackChainOf(account common.Address) ([]byte, error) {
	return launch.abi.Pack("chainOf", account)
}

// UnpackChainOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x0d6814ff.
//
// Solidity: function chainOf(address account) view returns(bytes32)
func (launch *Launch) UnpackChainOf(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("chainOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackContractURI is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe8a3d485.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function contractURI() view returns(string)
func (launch *Launch) PackContractURI() []byte {
	enc, err := launch.abi.Pack("contractURI")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackContractURI is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe8a3d485.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function contractURI() view returns(string)
func (launch *Launch) TryPackContractURI() ([]byte, error) {
	return launch.abi.Pack("contractURI")
}

// UnpackContractURI is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe8a3d485.
//
// Solidity: function contractURI() view returns(string)
func (launch *Launch) UnpackContractURI(data []byte) (string, error) {
	out, err := launch.abi.Unpack("contractURI", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() pure returns(uint8)
func (launch *Launch) PackDecimals() []byte {
	enc, err := launch.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() pure returns(uint8)
func (launch *Launch) TryPackDecimals() ([]byte, error) {
	return launch.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() pure returns(uint8)
func (launch *Launch) UnpackDecimals(data []byte) (uint8, error) {
	out, err := launch.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (launch *Launch) PackEip712Domain() []byte {
	enc, err := launch.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (launch *Launch) TryPackEip712Domain() ([]byte, error) {
	return launch.abi.Pack("eip712Domain")
}

// Eip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type Eip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (launch *Launch) UnpackEip712Domain(data []byte) (Eip712DomainOutput, error) {
	out, err := launch.abi.Unpack("eip712Domain", data)
	outstruct := new(Eip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackInspect is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82e23f4e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function inspect(address[] payers, bytes32[] nonces_) view returns((uint256,bool,bool,uint256,bytes32)[] found)
func (launch *Launch) PackInspect(payers []common.Address, nonces [][32]byte) []byte {
	enc, err := launch.abi.Pack("inspect", payers, nonces)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackInspect is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x82e23f4e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function inspect(address[] payers, bytes32[] nonces_) view returns((uint256,bool,bool,uint256,bytes32)[] found)
func (launch *Launch) TryPackInspect(payers []common.Address, nonces [][32]byte) ([]byte, error) {
	return launch.abi.Pack("inspect", payers, nonces)
}

// UnpackInspect is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x82e23f4e.
//
// Solidity: function inspect(address[] payers, bytes32[] nonces_) view returns((uint256,bool,bool,uint256,bytes32)[] found)
func (launch *Launch) UnpackInspect(data []byte) ([]Payer, error) {
	out, err := launch.abi.Unpack("inspect", data)
	if err != nil {
		return *new([]Payer), err
	}
	out0 := *abi.ConvertType(out[0], new([]Payer)).(*[]Payer)
	return out0, nil
}

// PackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47cac176.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mint((address,uint256,uint256,uint256,bytes32,bytes) payment) returns()
func (launch *Launch) PackMint(payment Payment) []byte {
	enc, err := launch.abi.Pack("mint", payment)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47cac176.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mint((address,uint256,uint256,uint256,bytes32,bytes) payment) returns()
func (launch *Launch) TryPackMint(payment Payment) ([]byte, error) {
	return launch.abi.Pack("mint", payment)
}

// PackMintBatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbfc34326.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast) returns(bytes4[] results)
func (launch *Launch) PackMintBatch(payments []Payment, atLeast *big.Int) []byte {
	enc, err := launch.abi.Pack("mintBatch", payments, atLeast)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMintBatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbfc34326.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast) returns(bytes4[] results)
func (launch *Launch) TryPackMintBatch(payments []Payment, atLeast *big.Int) ([]byte, error) {
	return launch.abi.Pack("mintBatch", payments, atLeast)
}

// UnpackMintBatch is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbfc34326.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast) returns(bytes4[] results)
func (launch *Launch) UnpackMintBatch(data []byte) ([][4]byte, error) {
	out, err := launch.abi.Unpack("mintBatch", data)
	if err != nil {
		return *new([][4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][4]byte)).(*[][4]byte)
	return out0, nil
}

// PackMintSettled is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe45638cf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mintSettled(address payer, bytes32 nonce, uint256 quantity, bytes32[] history) returns()
func (launch *Launch) PackMintSettled(payer common.Address, nonce [32]byte, quantity *big.Int, history [][32]byte) []byte {
	enc, err := launch.abi.Pack("mintSettled", payer, nonce, quantity, history)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMintSettled is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe45638cf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mintSettled(address payer, bytes32 nonce, uint256 quantity, bytes32[] history) returns()
func (launch *Launch) TryPackMintSettled(payer common.Address, nonce [32]byte, quantity *big.Int, history [][32]byte) ([]byte, error) {
	return launch.abi.Pack("mintSettled", payer, nonce, quantity, history)
}

// PackMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07546172.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function minter() view returns(address)
func (launch *Launch) PackMinter() []byte {
	enc, err := launch.abi.Pack("minter")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07546172.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function minter() view returns(address)
func (launch *Launch) TryPackMinter() ([]byte, error) {
	return launch.abi.Pack("minter")
}

// UnpackMinter is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x07546172.
//
// Solidity: function minter() view returns(address)
func (launch *Launch) UnpackMinter(data []byte) (common.Address, error) {
	out, err := launch.abi.Unpack("minter", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (launch *Launch) PackName() []byte {
	enc, err := launch.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (launch *Launch) TryPackName() ([]byte, error) {
	return launch.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (launch *Launch) UnpackName(data []byte) (string, error) {
	out, err := launch.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address account) view returns(uint256)
func (launch *Launch) PackNonces(account common.Address) []byte {
	enc, err := launch.abi.Pack("nonces", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address account) view returns(uint256)
func (launch *Launch) TryPackNonces(account common.Address) ([]byte, error) {
	return launch.abi.Pack("nonces", account)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address account) view returns(uint256)
func (launch *Launch) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (launch *Launch) PackOwner() []byte {
	enc, err := launch.abi.Pack("owner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owner() view returns(address)
func (launch *Launch) TryPackOwner() ([]byte, error) {
	return launch.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (launch *Launch) UnpackOwner(data []byte) (common.Address, error) {
	out, err := launch.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pause() returns()
func (launch *Launch) PackPause() []byte {
	enc, err := launch.abi.Pack("pause")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8456cb59.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pause() returns()
func (launch *Launch) TryPackPause() ([]byte, error) {
	return launch.abi.Pack("pause")
}

// PackPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c975abb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function paused() view returns(bool)
func (launch *Launch) PackPaused() []byte {
	enc, err := launch.abi.Pack("paused")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c975abb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function paused() view returns(bool)
func (launch *Launch) TryPackPaused() ([]byte, error) {
	return launch.abi.Pack("paused")
}

// UnpackPaused is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5c975abb.
//
// Solidity: function paused() view returns(bool)
func (launch *Launch) UnpackPaused(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("paused", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackPaymentId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7306e7d0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function paymentId(address payer, bytes32 nonce) view returns(bytes32)
func (launch *Launch) PackPaymentId(payer common.Address, nonce [32]byte) []byte {
	enc, err := launch.abi.Pack("paymentId", payer, nonce)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPaymentId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7306e7d0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function paymentId(address payer, bytes32 nonce) view returns(bytes32)
func (launch *Launch) TryPackPaymentId(payer common.Address, nonce [32]byte) ([]byte, error) {
	return launch.abi.Pack("paymentId", payer, nonce)
}

// UnpackPaymentId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7306e7d0.
//
// Solidity: function paymentId(address payer, bytes32 nonce) view returns(bytes32)
func (launch *Launch) UnpackPaymentId(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("paymentId", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackPendingOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe30c3978.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingOwner() view returns(address)
func (launch *Launch) PackPendingOwner() []byte {
	enc, err := launch.abi.Pack("pendingOwner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe30c3978.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingOwner() view returns(address)
func (launch *Launch) TryPackPendingOwner() ([]byte, error) {
	return launch.abi.Pack("pendingOwner")
}

// UnpackPendingOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe30c3978.
//
// Solidity: function pendingOwner() view returns(address)
func (launch *Launch) UnpackPendingOwner(data []byte) (common.Address, error) {
	out, err := launch.abi.Unpack("pendingOwner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function permit(address owner_, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) PackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := launch.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function permit(address owner_, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) TryPackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return launch.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
}

// PackReceiveWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88b7ab63.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (launch *Launch) PackReceiveWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) []byte {
	enc, err := launch.abi.Pack("receiveWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReceiveWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88b7ab63.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (launch *Launch) TryPackReceiveWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) ([]byte, error) {
	return launch.abi.Pack("receiveWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
}

// PackReceiveWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef55bec6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) PackReceiveWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := launch.abi.Pack("receiveWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReceiveWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef55bec6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) TryPackReceiveWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return launch.abi.Pack("receiveWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
}

// PackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1671e062.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refund(address payer, bytes32 nonce, uint256 amount, bytes32[] history) returns()
func (launch *Launch) PackRefund(payer common.Address, nonce [32]byte, amount *big.Int, history [][32]byte) []byte {
	enc, err := launch.abi.Pack("refund", payer, nonce, amount, history)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1671e062.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refund(address payer, bytes32 nonce, uint256 amount, bytes32[] history) returns()
func (launch *Launch) TryPackRefund(payer common.Address, nonce [32]byte, amount *big.Int, history [][32]byte) ([]byte, error) {
	return launch.abi.Pack("refund", payer, nonce, amount, history)
}

// PackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function renounceOwnership() returns()
func (launch *Launch) PackRenounceOwnership() []byte {
	enc, err := launch.abi.Pack("renounceOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function renounceOwnership() returns()
func (launch *Launch) TryPackRenounceOwnership() ([]byte, error) {
	return launch.abi.Pack("renounceOwnership")
}

// PackSetMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfca3b5aa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setMinter(address minter_) returns()
func (launch *Launch) PackSetMinter(minter common.Address) []byte {
	enc, err := launch.abi.Pack("setMinter", minter)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetMinter is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfca3b5aa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setMinter(address minter_) returns()
func (launch *Launch) TryPackSetMinter(minter common.Address) ([]byte, error) {
	return launch.abi.Pack("setMinter", minter)
}

// PackSold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x02c7e7af.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sold() view returns(uint256)
func (launch *Launch) PackSold() []byte {
	enc, err := launch.abi.Pack("sold")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x02c7e7af.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sold() view returns(uint256)
func (launch *Launch) TryPackSold() ([]byte, error) {
	return launch.abi.Pack("sold")
}

// UnpackSold is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x02c7e7af.
//
// Solidity: function sold() view returns(uint256)
func (launch *Launch) UnpackSold(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("sold", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc19d93fb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool))
func (launch *Launch) PackState() []byte {
	enc, err := launch.abi.Pack("state")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc19d93fb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool))
func (launch *Launch) TryPackState() ([]byte, error) {
	return launch.abi.Pack("state")
}

// UnpackState is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc19d93fb.
//
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool))
func (launch *Launch) UnpackState(data []byte) (State, error) {
	out, err := launch.abi.Unpack("state", data)
	if err != nil {
		return *new(State), err
	}
	out0 := *abi.ConvertType(out[0], new(State)).(*State)
	return out0, nil
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (launch *Launch) PackSymbol() []byte {
	enc, err := launch.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (launch *Launch) TryPackSymbol() ([]byte, error) {
	return launch.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (launch *Launch) UnpackSymbol(data []byte) (string, error) {
	out, err := launch.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTerms is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5025625.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function terms() view returns((string,string,string,address,uint256,uint256,uint256,uint256,uint64,uint64,address,address,address))
func (launch *Launch) PackTerms() []byte {
	enc, err := launch.abi.Pack("terms")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTerms is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd5025625.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function terms() view returns((string,string,string,address,uint256,uint256,uint256,uint256,uint64,uint64,address,address,address))
func (launch *Launch) TryPackTerms() ([]byte, error) {
	return launch.abi.Pack("terms")
}

// UnpackTerms is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd5025625.
//
// Solidity: function terms() view returns((string,string,string,address,uint256,uint256,uint256,uint256,uint64,uint64,address,address,address))
func (launch *Launch) UnpackTerms(data []byte) (Terms, error) {
	out, err := launch.abi.Unpack("terms", data)
	if err != nil {
		return *new(Terms), err
	}
	out0 := *abi.ConvertType(out[0], new(Terms)).(*Terms)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (launch *Launch) PackTotalSupply() []byte {
	enc, err := launch.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (launch *Launch) TryPackTotalSupply() ([]byte, error) {
	return launch.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (launch *Launch) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (launch *Launch) PackTransfer(to common.Address, amount *big.Int) []byte {
	enc, err := launch.abi.Pack("transfer", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (launch *Launch) TryPackTransfer(to common.Address, amount *big.Int) ([]byte, error) {
	return launch.abi.Pack("transfer", to, amount)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 amount) returns(bool)
func (launch *Launch) UnpackTransfer(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (launch *Launch) PackTransferFrom(from common.Address, to common.Address, amount *big.Int) []byte {
	enc, err := launch.abi.Pack("transferFrom", from, to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (launch *Launch) TryPackTransferFrom(from common.Address, to common.Address, amount *big.Int) ([]byte, error) {
	return launch.abi.Pack("transferFrom", from, to, amount)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 amount) returns(bool)
func (launch *Launch) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (launch *Launch) PackTransferOwnership(newOwner common.Address) []byte {
	enc, err := launch.abi.Pack("transferOwnership", newOwner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (launch *Launch) TryPackTransferOwnership(newOwner common.Address) ([]byte, error) {
	return launch.abi.Pack("transferOwnership", newOwner)
}

// PackTransferWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcf092995.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (launch *Launch) PackTransferWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) []byte {
	enc, err := launch.abi.Pack("transferWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcf092995.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (launch *Launch) TryPackTransferWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) ([]byte, error) {
	return launch.abi.Pack("transferWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
}

// PackTransferWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3ee160e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) PackTransferWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := launch.abi.Pack("transferWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3ee160e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (launch *Launch) TryPackTransferWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return launch.abi.Pack("transferWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
}

// PackUnpause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3f4ba83a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unpause() returns()
func (launch *Launch) PackUnpause() []byte {
	enc, err := launch.abi.Pack("unpause")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnpause is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3f4ba83a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unpause() returns()
func (launch *Launch) TryPackUnpause() ([]byte, error) {
	return launch.abi.Pack("unpause")
}

// PackVersion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x54fd4d50.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function version() pure returns(string)
func (launch *Launch) PackVersion() []byte {
	enc, err := launch.abi.Pack("version")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVersion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x54fd4d50.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function version() pure returns(string)
func (launch *Launch) TryPackVersion() ([]byte, error) {
	return launch.abi.Pack("version")
}

// UnpackVersion is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x54fd4d50.
//
// Solidity: function version() pure returns(string)
func (launch *Launch) UnpackVersion(data []byte) (string, error) {
	out, err := launch.abi.Unpack("version", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3ccfd60b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw() returns(uint256 amount)
func (launch *Launch) PackWithdraw() []byte {
	enc, err := launch.abi.Pack("withdraw")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3ccfd60b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw() returns(uint256 amount)
func (launch *Launch) TryPackWithdraw() ([]byte, error) {
	return launch.abi.Pack("withdraw")
}

// UnpackWithdraw is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3ccfd60b.
//
// Solidity: function withdraw() returns(uint256 amount)
func (launch *Launch) UnpackWithdraw(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("withdraw", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackWithdrawn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc80ec522.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdrawn() view returns(uint256)
func (launch *Launch) PackWithdrawn() []byte {
	enc, err := launch.abi.Pack("withdrawn")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdrawn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc80ec522.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdrawn() view returns(uint256)
func (launch *Launch) TryPackWithdrawn() ([]byte, error) {
	return launch.abi.Pack("withdrawn")
}

// UnpackWithdrawn is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc80ec522.
//
// Solidity: function withdrawn() view returns(uint256)
func (launch *Launch) UnpackWithdrawn(data []byte) (*big.Int, error) {
	out, err := launch.abi.Unpack("withdrawn", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// LaunchApproval represents a Approval event raised by the Launch contract.
type LaunchApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const LaunchApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (LaunchApproval) ContractEventName() string {
	return LaunchApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (launch *Launch) UnpackApprovalEvent(log *types.Log) (*LaunchApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchApproval)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchAuthorizationCanceled represents a AuthorizationCanceled event raised by the Launch contract.
type LaunchAuthorizationCanceled struct {
	Authorizer common.Address
	Nonce      [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const LaunchAuthorizationCanceledEventName = "AuthorizationCanceled"

// ContractEventName returns the user-defined event name.
func (LaunchAuthorizationCanceled) ContractEventName() string {
	return LaunchAuthorizationCanceledEventName
}

// UnpackAuthorizationCanceledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce)
func (launch *Launch) UnpackAuthorizationCanceledEvent(log *types.Log) (*LaunchAuthorizationCanceled, error) {
	event := "AuthorizationCanceled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchAuthorizationCanceled)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchAuthorizationUsed represents a AuthorizationUsed event raised by the Launch contract.
type LaunchAuthorizationUsed struct {
	Authorizer common.Address
	Nonce      [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const LaunchAuthorizationUsedEventName = "AuthorizationUsed"

// ContractEventName returns the user-defined event name.
func (LaunchAuthorizationUsed) ContractEventName() string {
	return LaunchAuthorizationUsedEventName
}

// UnpackAuthorizationUsedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)
func (launch *Launch) UnpackAuthorizationUsedEvent(log *types.Log) (*LaunchAuthorizationUsed, error) {
	event := "AuthorizationUsed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchAuthorizationUsed)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchMinted represents a Minted event raised by the Launch contract.
type LaunchMinted struct {
	Id       [32]byte
	Payer    common.Address
	Quantity *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const LaunchMintedEventName = "Minted"

// ContractEventName returns the user-defined event name.
func (LaunchMinted) ContractEventName() string {
	return LaunchMintedEventName
}

// UnpackMintedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Minted(bytes32 indexed id, address indexed payer, uint256 quantity)
func (launch *Launch) UnpackMintedEvent(log *types.Log) (*LaunchMinted, error) {
	event := "Minted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchMinted)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchMinterChanged represents a MinterChanged event raised by the Launch contract.
type LaunchMinterChanged struct {
	Previous common.Address
	Minter   common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const LaunchMinterChangedEventName = "MinterChanged"

// ContractEventName returns the user-defined event name.
func (LaunchMinterChanged) ContractEventName() string {
	return LaunchMinterChangedEventName
}

// UnpackMinterChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event MinterChanged(address indexed previous, address indexed minter)
func (launch *Launch) UnpackMinterChangedEvent(log *types.Log) (*LaunchMinterChanged, error) {
	event := "MinterChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchMinterChanged)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchOwnershipTransferStarted represents a OwnershipTransferStarted event raised by the Launch contract.
type LaunchOwnershipTransferStarted struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const LaunchOwnershipTransferStartedEventName = "OwnershipTransferStarted"

// ContractEventName returns the user-defined event name.
func (LaunchOwnershipTransferStarted) ContractEventName() string {
	return LaunchOwnershipTransferStartedEventName
}

// UnpackOwnershipTransferStartedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner)
func (launch *Launch) UnpackOwnershipTransferStartedEvent(log *types.Log) (*LaunchOwnershipTransferStarted, error) {
	event := "OwnershipTransferStarted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchOwnershipTransferStarted)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchOwnershipTransferred represents a OwnershipTransferred event raised by the Launch contract.
type LaunchOwnershipTransferred struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const LaunchOwnershipTransferredEventName = "OwnershipTransferred"

// ContractEventName returns the user-defined event name.
func (LaunchOwnershipTransferred) ContractEventName() string {
	return LaunchOwnershipTransferredEventName
}

// UnpackOwnershipTransferredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
func (launch *Launch) UnpackOwnershipTransferredEvent(log *types.Log) (*LaunchOwnershipTransferred, error) {
	event := "OwnershipTransferred"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchOwnershipTransferred)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchPaused represents a Paused event raised by the Launch contract.
type LaunchPaused struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const LaunchPausedEventName = "Paused"

// ContractEventName returns the user-defined event name.
func (LaunchPaused) ContractEventName() string {
	return LaunchPausedEventName
}

// UnpackPausedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Paused()
func (launch *Launch) UnpackPausedEvent(log *types.Log) (*LaunchPaused, error) {
	event := "Paused"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchPaused)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchRefunded represents a Refunded event raised by the Launch contract.
type LaunchRefunded struct {
	Id     [32]byte
	Payer  common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const LaunchRefundedEventName = "Refunded"

// ContractEventName returns the user-defined event name.
func (LaunchRefunded) ContractEventName() string {
	return LaunchRefundedEventName
}

// UnpackRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Refunded(bytes32 indexed id, address indexed payer, uint256 amount)
func (launch *Launch) UnpackRefundedEvent(log *types.Log) (*LaunchRefunded, error) {
	event := "Refunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchRefunded)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchSkipped represents a Skipped event raised by the Launch contract.
type LaunchSkipped struct {
	Id     [32]byte
	Payer  common.Address
	Reason []byte
	Raw    *types.Log // Blockchain specific contextual infos
}

const LaunchSkippedEventName = "Skipped"

// ContractEventName returns the user-defined event name.
func (LaunchSkipped) ContractEventName() string {
	return LaunchSkippedEventName
}

// UnpackSkippedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Skipped(bytes32 indexed id, address indexed payer, bytes reason)
func (launch *Launch) UnpackSkippedEvent(log *types.Log) (*LaunchSkipped, error) {
	event := "Skipped"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchSkipped)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchTransfer represents a Transfer event raised by the Launch contract.
type LaunchTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const LaunchTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (LaunchTransfer) ContractEventName() string {
	return LaunchTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (launch *Launch) UnpackTransferEvent(log *types.Log) (*LaunchTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchTransfer)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchUnpaused represents a Unpaused event raised by the Launch contract.
type LaunchUnpaused struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const LaunchUnpausedEventName = "Unpaused"

// ContractEventName returns the user-defined event name.
func (LaunchUnpaused) ContractEventName() string {
	return LaunchUnpausedEventName
}

// UnpackUnpausedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Unpaused()
func (launch *Launch) UnpackUnpausedEvent(log *types.Log) (*LaunchUnpaused, error) {
	event := "Unpaused"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchUnpaused)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// LaunchWithdrawn represents a Withdrawn event raised by the Launch contract.
type LaunchWithdrawn struct {
	Treasury common.Address
	Amount   *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const LaunchWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (LaunchWithdrawn) ContractEventName() string {
	return LaunchWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed treasury, uint256 amount)
func (launch *Launch) UnpackWithdrawnEvent(log *types.Log) (*LaunchWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchWithdrawn)
	if len(log.Data) > 0 {
		if err := launch.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range launch.abi.Events[event].Inputs {
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

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (launch *Launch) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], launch.abi.Errors["AlreadySpent"].ID.Bytes()[:4]) {
		return launch.UnpackAlreadySpentError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["AuthorizationExpired"].ID.Bytes()[:4]) {
		return launch.UnpackAuthorizationExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["AuthorizationNotYetValid"].ID.Bytes()[:4]) {
		return launch.UnpackAuthorizationNotYetValidError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["AuthorizationUsedOrCanceled"].ID.Bytes()[:4]) {
		return launch.UnpackAuthorizationUsedOrCanceledError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["CallerMustBePayee"].ID.Bytes()[:4]) {
		return launch.UnpackCallerMustBePayeeError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Closed"].ID.Bytes()[:4]) {
		return launch.UnpackClosedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InvalidApprover"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InvalidSender"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ERC20InvalidSpender"].ID.Bytes()[:4]) {
		return launch.UnpackERC20InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["EnforcedPause"].ID.Bytes()[:4]) {
		return launch.UnpackEnforcedPauseError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Insolvent"].ID.Bytes()[:4]) {
		return launch.UnpackInsolventError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["InvalidAccountNonce"].ID.Bytes()[:4]) {
		return launch.UnpackInvalidAccountNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["InvalidSignature"].ID.Bytes()[:4]) {
		return launch.UnpackInvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["InvalidTerm"].ID.Bytes()[:4]) {
		return launch.UnpackInvalidTermError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["LengthMismatch"].ID.Bytes()[:4]) {
		return launch.UnpackLengthMismatchError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotAttempted"].ID.Bytes()[:4]) {
		return launch.UnpackNotAttemptedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotOpen"].ID.Bytes()[:4]) {
		return launch.UnpackNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotSettled"].ID.Bytes()[:4]) {
		return launch.UnpackNotSettledError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["PaymentRefused"].ID.Bytes()[:4]) {
		return launch.UnpackPaymentRefusedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["PermitExpired"].ID.Bytes()[:4]) {
		return launch.UnpackPermitExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["QuantityOutOfRange"].ID.Bytes()[:4]) {
		return launch.UnpackQuantityOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ReentrancyGuardReentrantCall"].ID.Bytes()[:4]) {
		return launch.UnpackReentrancyGuardReentrantCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["SoldOut"].ID.Bytes()[:4]) {
		return launch.UnpackSoldOutError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Unauthorized"].ID.Bytes()[:4]) {
		return launch.UnpackUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["WrongHistory"].ID.Bytes()[:4]) {
		return launch.UnpackWrongHistoryError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// LaunchAlreadySpent represents a AlreadySpent error raised by the Launch contract.
type LaunchAlreadySpent struct {
	Id [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadySpent(bytes32 id)
func LaunchAlreadySpentErrorID() common.Hash {
	return common.HexToHash("0x13b8207ceef3abc849a05e2c655a683e8943fec6598bf26f2a557428463b78df")
}

// UnpackAlreadySpentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadySpent(bytes32 id)
func (launch *Launch) UnpackAlreadySpentError(raw []byte) (*LaunchAlreadySpent, error) {
	out := new(LaunchAlreadySpent)
	if err := launch.abi.UnpackIntoInterface(out, "AlreadySpent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchAuthorizationExpired represents a AuthorizationExpired error raised by the Launch contract.
type LaunchAuthorizationExpired struct {
	ValidBefore *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AuthorizationExpired(uint256 validBefore)
func LaunchAuthorizationExpiredErrorID() common.Hash {
	return common.HexToHash("0x3d91b05fdcd2d1cf4f2afc5066ced64e8f51b3c6231d2520419fdf3611015311")
}

// UnpackAuthorizationExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AuthorizationExpired(uint256 validBefore)
func (launch *Launch) UnpackAuthorizationExpiredError(raw []byte) (*LaunchAuthorizationExpired, error) {
	out := new(LaunchAuthorizationExpired)
	if err := launch.abi.UnpackIntoInterface(out, "AuthorizationExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchAuthorizationNotYetValid represents a AuthorizationNotYetValid error raised by the Launch contract.
type LaunchAuthorizationNotYetValid struct {
	ValidAfter *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AuthorizationNotYetValid(uint256 validAfter)
func LaunchAuthorizationNotYetValidErrorID() common.Hash {
	return common.HexToHash("0x7a4df07913fa2cec8ed6078f075884f9382e467bee96d3361aa5b2790d69573b")
}

// UnpackAuthorizationNotYetValidError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AuthorizationNotYetValid(uint256 validAfter)
func (launch *Launch) UnpackAuthorizationNotYetValidError(raw []byte) (*LaunchAuthorizationNotYetValid, error) {
	out := new(LaunchAuthorizationNotYetValid)
	if err := launch.abi.UnpackIntoInterface(out, "AuthorizationNotYetValid", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchAuthorizationUsedOrCanceled represents a AuthorizationUsedOrCanceled error raised by the Launch contract.
type LaunchAuthorizationUsedOrCanceled struct {
	Authorizer common.Address
	Nonce      [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AuthorizationUsedOrCanceled(address authorizer, bytes32 nonce)
func LaunchAuthorizationUsedOrCanceledErrorID() common.Hash {
	return common.HexToHash("0x8ef82f7f1bfa895e16bf92f70abe253e4ff843f7d7ef855b69b61792cb510759")
}

// UnpackAuthorizationUsedOrCanceledError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AuthorizationUsedOrCanceled(address authorizer, bytes32 nonce)
func (launch *Launch) UnpackAuthorizationUsedOrCanceledError(raw []byte) (*LaunchAuthorizationUsedOrCanceled, error) {
	out := new(LaunchAuthorizationUsedOrCanceled)
	if err := launch.abi.UnpackIntoInterface(out, "AuthorizationUsedOrCanceled", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchCallerMustBePayee represents a CallerMustBePayee error raised by the Launch contract.
type LaunchCallerMustBePayee struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CallerMustBePayee(address caller)
func LaunchCallerMustBePayeeErrorID() common.Hash {
	return common.HexToHash("0x38147cf92b3efcb01ccc665fca06136d43ebdc0903c24db8b6f62da4a24d47f9")
}

// UnpackCallerMustBePayeeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CallerMustBePayee(address caller)
func (launch *Launch) UnpackCallerMustBePayeeError(raw []byte) (*LaunchCallerMustBePayee, error) {
	out := new(LaunchCallerMustBePayee)
	if err := launch.abi.UnpackIntoInterface(out, "CallerMustBePayee", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchClosed represents a Closed error raised by the Launch contract.
type LaunchClosed struct {
	ClosesAt *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Closed(uint256 closesAt)
func LaunchClosedErrorID() common.Hash {
	return common.HexToHash("0x6cc09e7b5c3e49861ebe8f6867e1618fbfc14c8d0e968fde37c4243ca02a6f83")
}

// UnpackClosedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Closed(uint256 closesAt)
func (launch *Launch) UnpackClosedError(raw []byte) (*LaunchClosed, error) {
	out := new(LaunchClosed)
	if err := launch.abi.UnpackIntoInterface(out, "Closed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the Launch contract.
type LaunchERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func LaunchERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (launch *Launch) UnpackERC20InsufficientAllowanceError(raw []byte) (*LaunchERC20InsufficientAllowance, error) {
	out := new(LaunchERC20InsufficientAllowance)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the Launch contract.
type LaunchERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func LaunchERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (launch *Launch) UnpackERC20InsufficientBalanceError(raw []byte) (*LaunchERC20InsufficientBalance, error) {
	out := new(LaunchERC20InsufficientBalance)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InvalidApprover represents a ERC20InvalidApprover error raised by the Launch contract.
type LaunchERC20InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidApprover(address approver)
func LaunchERC20InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xe602df05cc75712490294c6c104ab7c17f4030363910a7a2626411c6d3118847")
}

// UnpackERC20InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidApprover(address approver)
func (launch *Launch) UnpackERC20InvalidApproverError(raw []byte) (*LaunchERC20InvalidApprover, error) {
	out := new(LaunchERC20InvalidApprover)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the Launch contract.
type LaunchERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func LaunchERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (launch *Launch) UnpackERC20InvalidReceiverError(raw []byte) (*LaunchERC20InvalidReceiver, error) {
	out := new(LaunchERC20InvalidReceiver)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InvalidSender represents a ERC20InvalidSender error raised by the Launch contract.
type LaunchERC20InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSender(address sender)
func LaunchERC20InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x96c6fd1edd0cd6ef7ff0ecc0facdf53148dc0048b57fe58af65755250a7a96bd")
}

// UnpackERC20InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSender(address sender)
func (launch *Launch) UnpackERC20InvalidSenderError(raw []byte) (*LaunchERC20InvalidSender, error) {
	out := new(LaunchERC20InvalidSender)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchERC20InvalidSpender represents a ERC20InvalidSpender error raised by the Launch contract.
type LaunchERC20InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSpender(address spender)
func LaunchERC20InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0x94280d62c347d8d9f4d59a76ea321452406db88df38e0c9da304f58b57b373a2")
}

// UnpackERC20InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSpender(address spender)
func (launch *Launch) UnpackERC20InvalidSpenderError(raw []byte) (*LaunchERC20InvalidSpender, error) {
	out := new(LaunchERC20InvalidSpender)
	if err := launch.abi.UnpackIntoInterface(out, "ERC20InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchEnforcedPause represents a EnforcedPause error raised by the Launch contract.
type LaunchEnforcedPause struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error EnforcedPause()
func LaunchEnforcedPauseErrorID() common.Hash {
	return common.HexToHash("0xd93c0665d6c96d04a8f174024fc4ddd66c250604aff22bbec808de86dd3637e3")
}

// UnpackEnforcedPauseError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error EnforcedPause()
func (launch *Launch) UnpackEnforcedPauseError(raw []byte) (*LaunchEnforcedPause, error) {
	out := new(LaunchEnforcedPause)
	if err := launch.abi.UnpackIntoInterface(out, "EnforcedPause", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchInsolvent represents a Insolvent error raised by the Launch contract.
type LaunchInsolvent struct {
	Owed     *big.Int
	Received *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Insolvent(uint256 owed, uint256 received)
func LaunchInsolventErrorID() common.Hash {
	return common.HexToHash("0x1f2c89f072a3b82378c5a7bb223a3e071f954f8c25522b9186913a507d51493d")
}

// UnpackInsolventError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Insolvent(uint256 owed, uint256 received)
func (launch *Launch) UnpackInsolventError(raw []byte) (*LaunchInsolvent, error) {
	out := new(LaunchInsolvent)
	if err := launch.abi.UnpackIntoInterface(out, "Insolvent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchInvalidAccountNonce represents a InvalidAccountNonce error raised by the Launch contract.
type LaunchInvalidAccountNonce struct {
	Account      common.Address
	CurrentNonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func LaunchInvalidAccountNonceErrorID() common.Hash {
	return common.HexToHash("0x752d88c0de02638abf10e8e31861e4c68dc1f3a1e7d840e580683f2c282bfc7a")
}

// UnpackInvalidAccountNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func (launch *Launch) UnpackInvalidAccountNonceError(raw []byte) (*LaunchInvalidAccountNonce, error) {
	out := new(LaunchInvalidAccountNonce)
	if err := launch.abi.UnpackIntoInterface(out, "InvalidAccountNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchInvalidSignature represents a InvalidSignature error raised by the Launch contract.
type LaunchInvalidSignature struct {
	Signer common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidSignature(address signer)
func LaunchInvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0xd855c4f4d7a9aef9d1b6f49c25339cf5cd471e30830c8071f7b5024985e5abcd")
}

// UnpackInvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidSignature(address signer)
func (launch *Launch) UnpackInvalidSignatureError(raw []byte) (*LaunchInvalidSignature, error) {
	out := new(LaunchInvalidSignature)
	if err := launch.abi.UnpackIntoInterface(out, "InvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchInvalidTerm represents a InvalidTerm error raised by the Launch contract.
type LaunchInvalidTerm struct {
	Term string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidTerm(string term)
func LaunchInvalidTermErrorID() common.Hash {
	return common.HexToHash("0x81359f68f2079d4b99d08539d7e2594f22cbc0e77b9f1df8c89b5ce854c3874f")
}

// UnpackInvalidTermError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidTerm(string term)
func (launch *Launch) UnpackInvalidTermError(raw []byte) (*LaunchInvalidTerm, error) {
	out := new(LaunchInvalidTerm)
	if err := launch.abi.UnpackIntoInterface(out, "InvalidTerm", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchLengthMismatch represents a LengthMismatch error raised by the Launch contract.
type LaunchLengthMismatch struct {
	Payers *big.Int
	Nonces *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error LengthMismatch(uint256 payers, uint256 nonces)
func LaunchLengthMismatchErrorID() common.Hash {
	return common.HexToHash("0xab8b67c6893c59617ef3ba4b4b942e9791f2572db2fdb32028356532f3b7396a")
}

// UnpackLengthMismatchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error LengthMismatch(uint256 payers, uint256 nonces)
func (launch *Launch) UnpackLengthMismatchError(raw []byte) (*LaunchLengthMismatch, error) {
	out := new(LaunchLengthMismatch)
	if err := launch.abi.UnpackIntoInterface(out, "LengthMismatch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchNotAttempted represents a NotAttempted error raised by the Launch contract.
type LaunchNotAttempted struct {
	Attempted *big.Int
	AtLeast   *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAttempted(uint256 attempted, uint256 atLeast)
func LaunchNotAttemptedErrorID() common.Hash {
	return common.HexToHash("0xca96032b0706e3a420bdb5505065db6939d557984f2747abb35d16851ff4349d")
}

// UnpackNotAttemptedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAttempted(uint256 attempted, uint256 atLeast)
func (launch *Launch) UnpackNotAttemptedError(raw []byte) (*LaunchNotAttempted, error) {
	out := new(LaunchNotAttempted)
	if err := launch.abi.UnpackIntoInterface(out, "NotAttempted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchNotOpen represents a NotOpen error raised by the Launch contract.
type LaunchNotOpen struct {
	OpensAt *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOpen(uint256 opensAt)
func LaunchNotOpenErrorID() common.Hash {
	return common.HexToHash("0x341b372afd90a6d43f9bc234e4fc4c4b6378987f90b3c1d91800bdf4e8ce31b8")
}

// UnpackNotOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOpen(uint256 opensAt)
func (launch *Launch) UnpackNotOpenError(raw []byte) (*LaunchNotOpen, error) {
	out := new(LaunchNotOpen)
	if err := launch.abi.UnpackIntoInterface(out, "NotOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchNotSettled represents a NotSettled error raised by the Launch contract.
type LaunchNotSettled struct {
	Id [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSettled(bytes32 id)
func LaunchNotSettledErrorID() common.Hash {
	return common.HexToHash("0x1d46cb059b25f936721c6f907a109de5939b36d1336c69e1459abf59be428c18")
}

// UnpackNotSettledError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSettled(bytes32 id)
func (launch *Launch) UnpackNotSettledError(raw []byte) (*LaunchNotSettled, error) {
	out := new(LaunchNotSettled)
	if err := launch.abi.UnpackIntoInterface(out, "NotSettled", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchPaymentRefused represents a PaymentRefused error raised by the Launch contract.
type LaunchPaymentRefused struct {
	Reason []byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PaymentRefused(bytes reason)
func LaunchPaymentRefusedErrorID() common.Hash {
	return common.HexToHash("0xd519bd86afeaabf8dbc3f5a3275fb3ba1d7c982976530e92f3889b712bb0539b")
}

// UnpackPaymentRefusedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PaymentRefused(bytes reason)
func (launch *Launch) UnpackPaymentRefusedError(raw []byte) (*LaunchPaymentRefused, error) {
	out := new(LaunchPaymentRefused)
	if err := launch.abi.UnpackIntoInterface(out, "PaymentRefused", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchPermitExpired represents a PermitExpired error raised by the Launch contract.
type LaunchPermitExpired struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PermitExpired(uint256 deadline)
func LaunchPermitExpiredErrorID() common.Hash {
	return common.HexToHash("0x9e96b26fa430cdb94aa7d06991102a0577730e9f5f52f05b4f010c56a086c2ad")
}

// UnpackPermitExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PermitExpired(uint256 deadline)
func (launch *Launch) UnpackPermitExpiredError(raw []byte) (*LaunchPermitExpired, error) {
	out := new(LaunchPermitExpired)
	if err := launch.abi.UnpackIntoInterface(out, "PermitExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchQuantityOutOfRange represents a QuantityOutOfRange error raised by the Launch contract.
type LaunchQuantityOutOfRange struct {
	Quantity *big.Int
	Limit    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error QuantityOutOfRange(uint256 quantity, uint256 limit)
func LaunchQuantityOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0xd73ce5b6a4a5270d4d4049f1bdc4266c009e5962c64213e6b94e0c0e8ed38896")
}

// UnpackQuantityOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error QuantityOutOfRange(uint256 quantity, uint256 limit)
func (launch *Launch) UnpackQuantityOutOfRangeError(raw []byte) (*LaunchQuantityOutOfRange, error) {
	out := new(LaunchQuantityOutOfRange)
	if err := launch.abi.UnpackIntoInterface(out, "QuantityOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchReentrancyGuardReentrantCall represents a ReentrancyGuardReentrantCall error raised by the Launch contract.
type LaunchReentrancyGuardReentrantCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReentrancyGuardReentrantCall()
func LaunchReentrancyGuardReentrantCallErrorID() common.Hash {
	return common.HexToHash("0x3ee5aeb571de7fc460830b4d0017439a1ca56fb0bc39062227ade4fe4a24c1ca")
}

// UnpackReentrancyGuardReentrantCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReentrancyGuardReentrantCall()
func (launch *Launch) UnpackReentrancyGuardReentrantCallError(raw []byte) (*LaunchReentrancyGuardReentrantCall, error) {
	out := new(LaunchReentrancyGuardReentrantCall)
	if err := launch.abi.UnpackIntoInterface(out, "ReentrancyGuardReentrantCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchSoldOut represents a SoldOut error raised by the Launch contract.
type LaunchSoldOut struct {
	Left *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SoldOut(uint256 left)
func LaunchSoldOutErrorID() common.Hash {
	return common.HexToHash("0x7e1f5a77187e90f1751221bbd46ae08322d11774a58ae99cdb7d8573f4140c90")
}

// UnpackSoldOutError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SoldOut(uint256 left)
func (launch *Launch) UnpackSoldOutError(raw []byte) (*LaunchSoldOut, error) {
	out := new(LaunchSoldOut)
	if err := launch.abi.UnpackIntoInterface(out, "SoldOut", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchUnauthorized represents a Unauthorized error raised by the Launch contract.
type LaunchUnauthorized struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Unauthorized(address caller)
func LaunchUnauthorizedErrorID() common.Hash {
	return common.HexToHash("0x8e4a23d6a5d81f013eca4bc92aeb9214ccafcaebd1f097c350c922d6e19122d5")
}

// UnpackUnauthorizedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Unauthorized(address caller)
func (launch *Launch) UnpackUnauthorizedError(raw []byte) (*LaunchUnauthorized, error) {
	out := new(LaunchUnauthorized)
	if err := launch.abi.UnpackIntoInterface(out, "Unauthorized", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchWrongHistory represents a WrongHistory error raised by the Launch contract.
type LaunchWrongHistory struct {
	Chain [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongHistory(bytes32 chain)
func LaunchWrongHistoryErrorID() common.Hash {
	return common.HexToHash("0xfdee926689cb8876e54d74be91c830b20241996b760d1d4361a1c37c88b0edd5")
}

// UnpackWrongHistoryError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongHistory(bytes32 chain)
func (launch *Launch) UnpackWrongHistoryError(raw []byte) (*LaunchWrongHistory, error) {
	out := new(LaunchWrongHistory)
	if err := launch.abi.UnpackIntoInterface(out, "WrongHistory", raw); err != nil {
		return nil, err
	}
	return out, nil
}
