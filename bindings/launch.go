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

// Block is an auto generated low-level Go binding around an user-defined struct.
type Block struct {
	Number *big.Int
	Hash   [32]byte
}

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
	Sold                *big.Int
	Withdrawn           *big.Int
	Held                *big.Int
	Unaccounted         *big.Int
	Owner               common.Address
	PendingOwner        common.Address
	Minter              common.Address
	Paused              bool
	Treasury            common.Address
	TreasuryBlacklisted bool
	Refunder            common.Address
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
	ABI: "[{\"inputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"symbol\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"contractURI\",\"type\":\"string\"},{\"internalType\":\"address\",\"name\":\"asset\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"allotment\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cap\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"opensAt\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"internalType\":\"structTerms\",\"name\":\"terms_\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"}],\"name\":\"AlreadySpent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"}],\"name\":\"AuthorizationExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"}],\"name\":\"AuthorizationNotYetValid\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationUsedOrCanceled\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"CallerMustBePayee\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"closesAt\",\"type\":\"uint256\"}],\"name\":\"Closed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"EnforcedPause\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"HasCode\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"owed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"received\",\"type\":\"uint256\"}],\"name\":\"Insolvent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"}],\"name\":\"InvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"term\",\"type\":\"string\"}],\"name\":\"InvalidTerm\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"payers\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"nonces\",\"type\":\"uint256\"}],\"name\":\"LengthMismatch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"}],\"name\":\"Mintable\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"attempted\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"atLeast\",\"type\":\"uint256\"}],\"name\":\"NotAttempted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"}],\"name\":\"NotBlacklisted\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"prefix\",\"type\":\"bytes32\"}],\"name\":\"NotFolded\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"opensAt\",\"type\":\"uint256\"}],\"name\":\"NotOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"}],\"name\":\"NotSettled\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"number\",\"type\":\"uint256\"}],\"name\":\"OtherBranch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes\",\"name\":\"reason\",\"type\":\"bytes\"}],\"name\":\"PaymentRefused\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"PermitExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"Protected\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"QuantityOutOfRange\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ReentrancyGuardReentrantCall\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"}],\"name\":\"SoldOut\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"Unauthorized\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"owed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"received\",\"type\":\"uint256\"}],\"name\":\"Unpaid\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"name\":\"WrongHistory\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationCanceled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationUsed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"}],\"name\":\"Minted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previous\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"name\":\"MinterChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferStarted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"Paused\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Refunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Rescued\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"reason\",\"type\":\"bytes\"}],\"name\":\"Skipped\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previous\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"}],\"name\":\"TreasuryChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"Unpaused\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"CANCEL_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"RECEIVE_WITH_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"TRANSFER_WITH_AUTHORIZATION_TYPEHASH\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"acceptOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"authorizationState\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"cancelAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"cancelAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"chainOf\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"contractURI\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"prefix\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"}],\"name\":\"fold\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"id\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"name\":\"folded\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address[]\",\"name\":\"payers\",\"type\":\"address[]\"},{\"internalType\":\"bytes32[]\",\"name\":\"nonces_\",\"type\":\"bytes32[]\"}],\"name\":\"inspect\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"bool\",\"name\":\"used\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"blacklisted\",\"type\":\"bool\"},{\"internalType\":\"uint256\",\"name\":\"codeSize\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"chain\",\"type\":\"bytes32\"}],\"internalType\":\"structPayer[]\",\"name\":\"found\",\"type\":\"tuple[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"internalType\":\"structPayment\",\"name\":\"payment\",\"type\":\"tuple\"}],\"name\":\"mint\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"internalType\":\"structPayment[]\",\"name\":\"payments\",\"type\":\"tuple[]\"},{\"internalType\":\"uint256\",\"name\":\"atLeast\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"codeless\",\"type\":\"uint256\"}],\"name\":\"mintBatch\",\"outputs\":[{\"internalType\":\"bytes4[]\",\"name\":\"results\",\"type\":\"bytes4[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"quantity\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"prefix\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"number\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"internalType\":\"structBlock\",\"name\":\"seen\",\"type\":\"tuple\"}],\"name\":\"mintSettled\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"minter\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"number\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"internalType\":\"structBlock\",\"name\":\"seen\",\"type\":\"tuple\"}],\"name\":\"onBranch\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"paused\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"paymentId\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pendingOwner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"prefix\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"number\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"internalType\":\"structBlock\",\"name\":\"seen\",\"type\":\"tuple\"}],\"name\":\"refund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"ref\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"prefix\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32[]\",\"name\":\"ids\",\"type\":\"bytes32[]\"},{\"components\":[{\"internalType\":\"uint256\",\"name\":\"number\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"hash\",\"type\":\"bytes32\"}],\"internalType\":\"structBlock\",\"name\":\"seen\",\"type\":\"tuple\"}],\"name\":\"refundTransfer\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"refunder\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"renounceOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"rescue\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"minter_\",\"type\":\"address\"}],\"name\":\"setMinter\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"successor\",\"type\":\"address\"}],\"name\":\"setTreasury\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"sold\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"state\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256\",\"name\":\"sold\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"withdrawn\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"held\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"unaccounted\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"pendingOwner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"paused\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"treasuryBlacklisted\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"refunder\",\"type\":\"address\"}],\"internalType\":\"structState\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"terms\",\"outputs\":[{\"components\":[{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"symbol\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"contractURI\",\"type\":\"string\"},{\"internalType\":\"address\",\"name\":\"asset\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"price\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"allotment\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"cap\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"opensAt\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"minter\",\"type\":\"address\"}],\"internalType\":\"structTerms\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"ref\",\"type\":\"bytes32\"}],\"name\":\"transferId\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"transferWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"transferWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unpause\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"version\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"withdraw\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"withdrawn\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "Launch",
	Bin: "0x610280604052348015610010575f5ffd5b50604051616daf380380616daf83398101604081905261002f91610b45565b610160810151606082015161014083015183516020850151306080524660a0525f60c081905260e081905261010052600361006a8382610d2b565b5060046100778282610d2b565b5050506001600160a01b039182166101205216610140819052600780546001600160a01b03191690911790556100ac816101bb565b506100b681610240565b60808101516101605260a081018051610180525160c08201516100d99190610df9565b6101a05260e08101516101c0526101008101516001600160401b039081166101e052610120820151166102005246610220526101608101516001600160a01b03908116610240526101808201805182166102605251600c80546001600160a01b031916919092161790556040810151600d906101559082610d2b565b506101808101516040516001600160a01b03909116905f907f3b0007eb941cf645526cbb3a4fdaecda9d28ce4843167d9263b536a1f1edc0f6908290a350610f20565b815481529060010190602001808311610198575093989497509395505050505050565b6008546040516001600160a01b038084169216907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a3600880546001600160a01b0383166001600160a01b031991821681179092556009805490911690551561023d57600a80546001600160a01b0319166001600160a01b0383161790555b50565b8051516040805180820190915260048152636e616d6560e01b602082015261026a911515906104ce565b6102a08160200151515f1415604051806040016040528060068152602001651cde5b589bdb60d21b8152506104ce60201b60201c565b60608101516102ae906104f7565b60a0810151604080518082019091526009815268185b1b1bdd1b595b9d60ba1b60208201526102df911515906104ce565b61033d8160c001515f14158015610301575060c08201516001600160701b0310155b801561031e57508160a001518260c0015161031c9190610e0c565b155b60408051808201909152600381526206361760ec1b60208201526104ce565b5f8160a001518260c001516103529190610df9565b60408051808201909152600381526206361760ec1b60208201529091506103849060016001603f1b03831115906104ce565b6103d082608001515f141580156103af57506103a7826001600160801b03610df9565b836080015111155b604080518082019091526005815264707269636560d81b60208201526104ce565b610404818360e001511115604051806040016040528060058152602001641b1a5b5a5d60da1b8152506104ce60201b60201c565b61047a8261012001516001600160401b03165f148061045657508261010001516001600160401b03168361012001516001600160401b03161180156104565750428361012001516001600160401b0316115b60408051808201909152600881526718db1bdcd95cd05d60c21b60208201526104ce565b610493826060015183610140015161078660201b60201c565b61016082015160408051808201909152600581526437bbb732b960d91b60208201526104ca916001600160a01b03161515906104ce565b5050565b816104ca5780604051631026b3ed60e31b81526004016104ee9190610e4d565b60405180910390fd5b604080518082019091526005815264185cdcd95d60da1b602082015261052a906001600160a01b0383163b1515906104ce565b6040805160048152602481019091526020810180516001600160e01b03908116633644e51560e01b179091525f9182916105669185916107ff16565b915091506105a2828015610581575061057e84610894565b82145b604080518082019091526005815264185cdcd95d60da1b60208201526104ce565b6040513060248201525f60448201526105ed90849060640160408051601f198184030181529190526020810180516001600160e01b039081166374a5008160e11b179091526107ff16565b50604080518082019091526005815264185cdcd95d60da1b60208201529092506106189083906104ce565b60405130602482015261065d90849060440160408051601f198184030181529190526020810180516001600160e01b039081166370a0823160e01b179091526107ff16565b50604080518082019091526005815264185cdcd95d60da1b60208201529092506106889083906104ce565b604080516041808252608082019092525f9182916001600160a01b038716916001913091839186918291829160208201818036833750506040516106d6989796959493929150602401610e66565b60408051601f198184030181529181526020820180516001600160e01b031663cf09299560e01b1790525161070b9190610eba565b5f604051808303815f865af19150503d805f8114610744576040519150601f19603f3d011682016040523d82523d5f602084013e610749565b606091505b509150915061077f82158015610581575081511515604080518082019091526005815264185cdcd95d60da1b60208201526104ce565b5050505050565b6104ca6001600160a01b038216158015906107b35750826001600160a01b0316826001600160a01b031614155b80156107c857506001600160a01b0382163014155b80156107db57506107d983836109e1565b155b604080518082019091526008815267747265617375727960c01b60208201526104ce565b5f5f6060846001600160a01b03168460405161081b9190610eba565b5f60405180830381855afa9150503d805f8114610853576040519150601f19603f3d011682016040523d82523d5f602084013e610858565b606091505b50909350905082801561086d57506020815110155b9250821561088c57808060200190518101906108899190610ed0565b91505b509250929050565b5f816001600160a01b03166306fdde036040518163ffffffff1660e01b81526004015f60405180830381865afa9250505080156108f257506040513d5f823e601f3d908101601f191682016040526108ef9190810190610ee7565b60015b156109da57826001600160a01b03166354fd4d506040518163ffffffff1660e01b81526004015f60405180830381865afa92505050801561095457506040513d5f823e601f3d908101601f191682016040526109519190810190610ee7565b60015b156109d8578151602080840191909120825183830120604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f9481019490945283019190915260608201524660808201526001600160a01b03851660a082015260c0016040516020818303038152906040528051906020012092505050919050565b505b505f919050565b6040516001600160a01b03821660248201525f9081908190610a3590869060440160408051601f198184030181529190526020810180516001600160e01b0390811663fe575a8760e01b179091526107ff16565b91509150818015610a4557508015155b95945050505050565b634e487b7160e01b5f52604160045260245ffd5b6040516101a081016001600160401b0381118282101715610a8557610a85610a4e565b60405290565b5f82601f830112610a9a575f5ffd5b81516001600160401b03811115610ab357610ab3610a4e565b604051601f8201601f19908116603f011681016001600160401b0381118282101715610ae157610ae1610a4e565b604052818152838201602001851015610af8575f5ffd5b8160208501602083015e5f918101602001919091529392505050565b80516001600160a01b0381168114610b2a575f5ffd5b919050565b80516001600160401b0381168114610b2a575f5ffd5b5f60208284031215610b55575f5ffd5b81516001600160401b03811115610b6a575f5ffd5b82016101a08185031215610b7c575f5ffd5b610b84610a62565b81516001600160401b03811115610b99575f5ffd5b610ba586828501610a8b565b82525060208201516001600160401b03811115610bc0575f5ffd5b610bcc86828501610a8b565b60208301525060408201516001600160401b03811115610bea575f5ffd5b610bf686828501610a8b565b604083015250610c0860608301610b14565b60608201526080828101519082015260a0808301519082015260c0808301519082015260e08083015190820152610c426101008301610b2f565b610100820152610c556101208301610b2f565b610120820152610c686101408301610b14565b610140820152610c7b6101608301610b14565b610160820152610c8e6101808301610b14565b610180820152949350505050565b600181811c90821680610cb057607f821691505b602082108103610cce57634e487b7160e01b5f52602260045260245ffd5b50919050565b601f821115610d265782821115610d2657805f5260205f20601f840160051c6020851015610cff57505f5b90810190601f840160051c035f5b81811015610d22575f83820155600101610d0d565b5050505b505050565b81516001600160401b03811115610d4457610d44610a4e565b610d5881610d528454610c9c565b84610cd4565b6020601f821160018114610d8a575f8315610d735750848201515b5f19600385901b1c1916600184901b17845561077f565b5f84815260208120601f198516915b82811015610db95787850151825560209485019460019092019101610d99565b5084821015610dd657868401515f19600387901b60f8161c191681555b50505050600190811b01905550565b634e487b7160e01b5f52601260045260245ffd5b5f82610e0757610e07610de5565b500490565b5f82610e1a57610e1a610de5565b500690565b5f81518084528060208401602086015e5f602082860101526020601f19601f83011685010191505092915050565b602081525f610e5f6020830184610e1f565b9392505050565b6001600160a01b0388811682528716602082015260408101869052606081018590526080810184905260a0810183905260e060c082018190525f90610ead90830184610e1f565b9998505050505050505050565b5f82518060208501845e5f920191825250919050565b5f60208284031215610ee0575f5ffd5b5051919050565b5f60208284031215610ef7575f5ffd5b81516001600160401b03811115610f0c575f5ffd5b610f1884828501610a8b565b949350505050565b60805160a05160c05160e05161010051610120516101405161016051610180516101a0516101c0516101e05161020051610220516102405161026051615cd46110db5f395f61255e01525f61252201525f81816113ca0152611d5401525f81816124b601528181613558015281816148c501526148f001525f8181612486015281816134a1015281816134ef01526146bd01525f818161246001528181613d7a0152613da001525f818161243001528181613dc601528181613eb901528181613ee5015261470301525f8181610a7d01528181611b4d015281816123e90152818161240f015261376a01525f8181610f4801528181611eee015281816123c3015281816132630152818161367801528181613847015261473501525f6124e601525f8181610b1301528181610bff01528181610d21015281816111d601528181611405015281816116300152818161169f0152818161179101528181611d9101528181611e6201528181612025015281816123870152818161295c015281816129d4015281816130fa015281816131d70152818161365601528181613fa3015261413701525f50505f50505f50505f50505f5050615cd45ff3fe608060405234801561000f575f5ffd5b5060043610610367575f3560e01c806388b7ab63116101c9578063d5025625116100fe578063e8a3d4851161009e578063f0f4426011610079578063f0f4426014610862578063f2fde38b14610875578063fb6045fe14610888578063fca3b5aa1461089b575f5ffd5b8063e8a3d4851461081a578063e94a010214610822578063ef55bec61461084f575f5ffd5b8063dd62ed3e116100d9578063dd62ed3e1461079d578063df4f5a72146107c7578063e30c3978146107e7578063e3ee160e14610807575f5ffd5b8063d50256251461074e578063d505accf14610763578063d916948714610776575f5ffd5b8063a6d5f09e11610169578063b7b7289911610144578063b7b72899146106ed578063c19d93fb14610700578063c80ec52214610715578063cf0929951461073b575f5ffd5b8063a6d5f09e1461069a578063a9059cbb146106c7578063b5d1682f146106da575f5ffd5b8063932d48d1116101a4578063932d48d11461063857806395d89b4114610658578063a0cc6a6814610660578063a4425fea14610687575f5ffd5b806388b7ab63146105f25780638b0b7f5b146106055780638da5cb5b14610618575f5ffd5b806347cac1761161029f5780637306e7d01161023f5780637f2eecc31161021a5780637f2eecc31461058857806382e23f4e146105af5780638456cb59146105cf57806384b0196e146105d7575f5ffd5b80637306e7d01461055a57806379ba50971461056d5780637ecebe0014610575575f5ffd5b80635c975abb1161027a5780635c975abb146104f857806361d027b31461051f57806370a082311461053f578063715018a614610552575f5ffd5b806347cac1761461049957806354fd4d50146104ac5780635a049a70146104e5575f5ffd5b806320ff430b1161030a5780633644e515116102e55780633644e5151461046e5780633ccfd60b146104765780633f4ba83a1461047e5780634739117a14610486575f5ffd5b806320ff430b1461043757806323b872dd1461044c578063313ce5671461045f575f5ffd5b8063095ea7b311610345578063095ea7b3146103e65780630d6814ff1461040957806310c2602f1461041c57806318160ddd1461042f575f5ffd5b806302c7e7af1461036b57806306fdde031461038c57806307546172146103a1575b5f5ffd5b600b5467ffffffffffffffff165b6040519081526020015b60405180910390f35b6103946108ae565b6040516103839190614f5d565b600c546103c19073ffffffffffffffffffffffffffffffffffffffff1681565b60405173ffffffffffffffffffffffffffffffffffffffff9091168152602001610383565b6103f96103f4366004614f97565b61093a565b6040519015158152602001610383565b610379610417366004614fbf565b610950565b6103f961042a366004614fee565b61097d565b610379610a72565b61044a610445366004615008565b610ab1565b005b6103f961045a366004615008565b610e22565b60405160128152602001610383565b610379610f0e565b610379610f17565b61044a61108e565b61037961049436600461508a565b6110eb565b61044a6104a73660046150d9565b611184565b60408051808201909152600181527f31000000000000000000000000000000000000000000000000000000000000006020820152610394565b61044a6104f3366004615120565b6112b3565b600b547801000000000000000000000000000000000000000000000000900460ff166103f9565b6007546103c19073ffffffffffffffffffffffffffffffffffffffff1681565b61037961054d366004614fbf565b611316565b61044a611360565b610379610568366004614f97565b6113c4565b61044a611460565b610379610583366004614fbf565b6114bc565b6103797fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de881565b6105c26105bd36600461516a565b6114e6565b60405161038391906151be565b61044a61183a565b6105df6118fa565b6040516103839796959493929190615234565b61044a6106003660046153e8565b61193c565b61044a610613366004615467565b611a3b565b6008546103c19073ffffffffffffffffffffffffffffffffffffffff1681565b61064b6106463660046154e4565b611bfd565b6040516103839190615531565b610394611c1e565b6103797f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226781565b61044a610695366004615467565b611c2b565b6103f96106a836600461558a565b600660209081525f928352604080842090915290825290205460ff1681565b6103f96106d5366004614f97565b611d1c565b6103796106e8366004614f97565b611d28565b61044a6106fb3660046155aa565b611dcf565b610708611dda565b60405161038391906155fd565b600b546801000000000000000090046fffffffffffffffffffffffffffffffff16610379565b61044a6107493660046153e8565b612075565b610756612102565b604051610383919061571c565b61044a6107713660046158ad565b61259b565b6103797f158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a159742981565b6103796107ab366004615913565b600260209081525f928352604080842090915290825290205481565b600a546103c19073ffffffffffffffffffffffffffffffffffffffff1681565b6009546103c19073ffffffffffffffffffffffffffffffffffffffff1681565b61044a610815366004615944565b61270f565b610394612818565b6103f9610830366004614f97565b600560209081525f928352604080842090915290825290205460ff1681565b61044a61085d366004615944565b612825565b61044a610870366004614fbf565b612903565b61044a610883366004614fbf565b612a9b565b61044a610896366004615467565b612b64565b61044a6108a9366004614fbf565b612c1b565b600380546108bb906159bf565b80601f01602080910402602001604051908101604052809291908181526020018280546108e7906159bf565b80156109325780601f1061090957610100808354040283529160200191610932565b820191905f5260205f20905b81548152906001019060200180831161091557829003601f168201915b505050505081565b5f610946338484612cfb565b5060015b92915050565b73ffffffffffffffffffffffffffffffffffffffff81165f9081526001602052604081205460701c61094a565b5f8135810361098e57506001919050565b8135405f819003610a595760408051843560208201525f91829171f90827f1c53a10cb7a02335b1753200029359101604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0818403018152908290526109f591615a0a565b5f60405180830381855afa9150503d805f8114610a2d576040519150601f19603f3d011682016040523d82523d5f602084013e610a32565b606091505b5091509150818015610a45575080516020145b15610a5657610a5381615a20565b92505b50505b8015801590610a6b5750826020013581145b9392505050565b600b545f90610aac907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16615a8f565b905090565b600a5473ffffffffffffffffffffffffffffffffffffffff163314610b09576040517f8e4a23d60000000000000000000000000000000000000000000000000000000081523360048201526024015b60405180910390fd5b610b11612dcd565b7f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff168373ffffffffffffffffffffffffffffffffffffffff161480610b80575073ffffffffffffffffffffffffffffffffffffffff831630145b15610bcf576040517fc7955a7100000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff84166004820152602401610b00565b6040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201525f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015610c59573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610c7d9190615aa6565b90508273ffffffffffffffffffffffffffffffffffffffff168473ffffffffffffffffffffffffffffffffffffffff167f3af790fafda720819b2fc6e15090606e81154e0ac9a92d38ecad006d99d20ecc84604051610cde91815260200190565b60405180910390a3610cf1848484612e24565b6040517f70a0823100000000000000000000000000000000000000000000000000000000815230600482015281907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015610d7b573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610d9f9190615aa6565b1015610def576040517fc7955a7100000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff85166004820152602401610b00565b50610e1d6110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b505050565b73ffffffffffffffffffffffffffffffffffffffff83165f9081526002602090815260408083203384529091528120547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8114610ef85782811015610ec3576040517ffb8f41b20000000000000000000000000000000000000000000000000000000081523360048201526024810182905260448101849052606401610b00565b73ffffffffffffffffffffffffffffffffffffffff85165f908152600260209081526040808320338452909152902083820390555b610f03858585612e7f565b506001949350505050565b5f610aac6130a5565b5f610f20612dcd565b600b546fffffffffffffffffffffffffffffffff6801000000000000000082041690610f77907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16615a8f565b610f819190615abd565b9050805f03610f9157505f61105e565b600b80546fffffffffffffffffffffffffffffffff6801000000000000000080830482168501909116027fffffffffffffffff00000000000000000000000000000000ffffffffffffffff90911617905560075460405182815273ffffffffffffffffffffffffffffffffffffffff909116907f7084f5476618d8e60b11ef0d7d3f06914655adb8793e28ff7f018d4c76d505d59060200160405180910390a26007546110549073ffffffffffffffffffffffffffffffffffffffff16826130ae565b61105c6131a7565b505b61108b6110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b90565b60085473ffffffffffffffffffffffffffffffffffffffff1633146110e1576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b6110e961330d565b565b5f5f6110f98686868661335f565b90925090508015611139576040517f13b8207c00000000000000000000000000000000000000000000000000000000815260048101879052602401610b00565b505f94855260066020908152604080872083885290915290942080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055509192915050565b61118c612dcd565b611196600161343d565b600b546040517f70a0823100000000000000000000000000000000000000000000000000000000815230600482015267ffffffffffffffff909116905f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015611230573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906112549190615aa6565b90505f61126384845a5f613584565b50905061126f816137f0565b611280838560200135850184613803565b5050506112b06110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b50565b60408051602081018490529081018290527fff0000000000000000000000000000000000000000000000000000000000000060f885901b16606082015261130f90869086906061016040516020818303038152906040526138be565b5050505050565b5f61133160016e010000000000000000000000000000615abd565b73ffffffffffffffffffffffffffffffffffffffff9092165f9081526001602052604090205491909116919050565b60085473ffffffffffffffffffffffffffffffffffffffff1633146113b3576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b6113bb6139c1565b6110e95f6139f0565b604080517f0000000000000000000000000000000000000000000000000000000000000000602082015273ffffffffffffffffffffffffffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000008116928201929092529083166060820152608081018290525f9060a0015b60405160208183030381529060405280519060200120905092915050565b60095473ffffffffffffffffffffffffffffffffffffffff1633146114b3576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b6110e9336139f0565b73ffffffffffffffffffffffffffffffffffffffff81165f9081526020819052604081205461094a565b606083821461152b576040517fab8b67c60000000000000000000000000000000000000000000000000000000081526004810185905260248101839052604401610b00565b8367ffffffffffffffff811115611544576115446152f3565b6040519080825280602002602001820160405280156115a657816020015b6115936040518060a001604052805f81526020015f151581526020015f151581526020015f81526020015f81525090565b8152602001906001900390816115625790505b5090505f5b84811015611831575f8686838181106115c6576115c6615ad0565b90506020020160208101906115db9190614fbf565b6040805160a08101918290527f70a082310000000000000000000000000000000000000000000000000000000090915273ffffffffffffffffffffffffffffffffffffffff80831660a48301529192509081907f0000000000000000000000000000000000000000000000000000000000000000166370a0823160c48301602060405180830381865afa158015611674573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906116989190615aa6565b81526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1663e94a0102848989888181106116ec576116ec615ad0565b6040517fffffffff0000000000000000000000000000000000000000000000000000000060e087901b16815273ffffffffffffffffffffffffffffffffffffffff90941660048501526020029190910135602483015250604401602060405180830381865afa158015611761573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906117859190615afd565b151581526020016117b67f000000000000000000000000000000000000000000000000000000000000000084613acd565b151581526020018273ffffffffffffffffffffffffffffffffffffffff163b81526020016118088373ffffffffffffffffffffffffffffffffffffffff165f9081526001602052604090205460701c90565b81525083838151811061181d5761181d615ad0565b6020908102919091010152506001016115ab565b50949350505050565b60085473ffffffffffffffffffffffffffffffffffffffff16331461188d576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b600b80547fffffffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffff1678010000000000000000000000000000000000000000000000001790556040517f9e87fac88ff661f02d44f95383c817fece4bce600a3dab7a54406878b965e752905f90a1565b7f0f000000000000000000000000000000000000000000000000000000000000006060805f80808361192a613b8f565b97989097965046955030945091925090565b73ffffffffffffffffffffffffffffffffffffffff8616331461198d576040517f38147cf9000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b604080517fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de860208083019190915273ffffffffffffffffffffffffffffffffffffffff808b1683850152891660608301526080820188905260a0820187905260c0820186905260e08083018690528351808403909101815261010090920190925280519101205f905b9050611a26888686868587613c60565b611a31888888612e7f565b5050505050505050565b80611a458161097d565b611a7e576040517f4e1ebd5e00000000000000000000000000000000000000000000000000000000815281356004820152602401610b00565b611a86612dcd565b600c5473ffffffffffffffffffffffffffffffffffffffff163314611ad9576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b611ae25f61343d565b600b5467ffffffffffffffff16611b01611afc8883613d75565b6137f0565b5f611b0f8a8a898989613f3d565b600b80547fffffffffffffffffffffffffffffffffffffffffffffffff0000000000000000168a850167ffffffffffffffff161790559050611b748a7f00000000000000000000000000000000000000000000000000000000000000008a0283614045565b8973ffffffffffffffffffffffffffffffffffffffff16817f1a49076e0e8c733171c5360d78c9ae8e19fef5a0720b926e72f78b7cc37618cd8a604051611bbd91815260200190565b60405180910390a3611bcd6131a7565b505050611a316110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b6060611c0b858585856140d2565b9050611c16816143d4565b949350505050565b600480546108bb906159bf565b600a5473ffffffffffffffffffffffffffffffffffffffff163314611c7e576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b80611c888161097d565b611cc1576040517f4e1ebd5e00000000000000000000000000000000000000000000000000000000815281356004820152602401610b00565b611cc9612dcd565b5f611cd48989611d28565b9050611ce389828888886143e8565b611cee8982896144cf565b50611a316110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b5f610946338484612e7f565b604080517f478e80113d9c61d631efa724d653e6f4a66c456bc1fe6255eccbd6477a50229860208201527f00000000000000000000000000000000000000000000000000000000000000009181019190915273ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000811660608301528316608082015260a081018290525f9060c001611442565b610e1d8383836138be565b60408051610160810182525f80825260208201819052918101829052606081018290526080810182905260a0810182905260c0810182905260e08101829052610100810182905261012081018290526101408101919091526040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201525f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015611ebc573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190611ee09190615aa6565b600b549091505f90611f1d907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16615a8f565b600b549091505f90611f4d906801000000000000000090046fffffffffffffffffffffffffffffffff1684615b1c565b6040805161016081018252600b5467ffffffffffffffff811682526801000000000000000090046fffffffffffffffffffffffffffffffff16602082015290810185905290915060608101838311611fa5575f611faf565b611faf8484615abd565b815260085473ffffffffffffffffffffffffffffffffffffffff908116602083015260095481166040830152600c5481166060830152600b547801000000000000000000000000000000000000000000000000900460ff16151560808301526007541660a0820181905260c09091019061204a907f000000000000000000000000000000000000000000000000000000000000000090613acd565b15158152600a5473ffffffffffffffffffffffffffffffffffffffff16602090910152949350505050565b604080517f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226760208083019190915273ffffffffffffffffffffffffffffffffffffffff808b1683850152891660608301526080820188905260a0820187905260c0820186905260e08083018690528351808403909101815261010090920190925280519101205f90611a16565b6121cf604051806101a001604052806060815260200160608152602001606081526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f81526020015f81526020015f81526020015f81526020015f67ffffffffffffffff1681526020015f67ffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681526020015f73ffffffffffffffffffffffffffffffffffffffff1681525090565b604051806101a00160405280600380546121e8906159bf565b80601f0160208091040260200160405190810160405280929190818152602001828054612214906159bf565b801561225f5780601f106122365761010080835404028352916020019161225f565b820191905f5260205f20905b81548152906001019060200180831161224257829003601f168201915b5050505050815260200160048054612276906159bf565b80601f01602080910402602001604051908101604052809291908181526020018280546122a2906159bf565b80156122ed5780601f106122c4576101008083540402835291602001916122ed565b820191905f5260205f20905b8154815290600101906020018083116122d057829003601f168201915b50505050508152602001600d8054612304906159bf565b80601f0160208091040260200160405190810160405280929190818152602001828054612330906159bf565b801561237b5780601f106123525761010080835404028352916020019161237b565b820191905f5260205f20905b81548152906001019060200180831161235e57829003601f168201915b505050505081526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f00000000000000000000000000000000000000000000000000000000000000007f00000000000000000000000000000000000000000000000000000000000000006124599190615a8f565b81526020017f000000000000000000000000000000000000000000000000000000000000000081526020017f000000000000000000000000000000000000000000000000000000000000000067ffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000067ffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1681526020017f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16815250905090565b834211156125d8576040517f9e96b26f00000000000000000000000000000000000000000000000000000000815260048101859052602401610b00565b5f7f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c98888886126308c73ffffffffffffffffffffffffffffffffffffffff165f90815260208190526040902080546001810190915590565b60408051602081019690965273ffffffffffffffffffffffffffffffffffffffff94851690860152929091166060840152608083015260a082015260c0810186905260e001604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe081840301815282825280516020918201209083018690529082018490527fff0000000000000000000000000000000000000000000000000000000000000060f887901b16606083015291506127049089908390606101604051602081830303815290604052614542565b611a31888888612cfb565b604080517f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a226760208083019190915273ffffffffffffffffffffffffffffffffffffffff808d16838501528b166060830152608082018a905260a0820189905260c0820188905260e08083018890528351808403909101815261010090920190925280519101205f905b90506128018a8888888588888b6040516020016127ed93929190928352602083019190915260f81b7fff0000000000000000000000000000000000000000000000000000000000000016604082015260410190565b604051602081830303815290604052613c60565b61280c8a8a8a612e7f565b50505050505050505050565b600d80546108bb906159bf565b73ffffffffffffffffffffffffffffffffffffffff88163314612876576040517f38147cf9000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b604080517fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de860208083019190915273ffffffffffffffffffffffffffffffffffffffff808d16838501528b166060830152608082018a905260a0820189905260c0820188905260e08083018890528351808403909101815261010090920190925280519101205f90612798565b60075473ffffffffffffffffffffffffffffffffffffffff16338114612957576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b6129817f000000000000000000000000000000000000000000000000000000000000000082613acd565b6129cf576040517f7be8837900000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff82166004820152602401610b00565b6129f97f0000000000000000000000000000000000000000000000000000000000000000836145a3565b8173ffffffffffffffffffffffffffffffffffffffff168173ffffffffffffffffffffffffffffffffffffffff167f8c3aa5f43a388513435861bf27dfad7829cd248696fed367c62d441f6295449660405160405180910390a350600780547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff92909216919091179055565b60085473ffffffffffffffffffffffffffffffffffffffff163314612aee576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b600980547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff838116918217909255600854604051919216907f38d16b8cac22d99fc7c124b9cd0de2d3fa1faef420bfe791d8c362d765e22700905f90a350565b80612b6e8161097d565b612ba7576040517f4e1ebd5e00000000000000000000000000000000000000000000000000000000815281356004820152602401610b00565b612baf612dcd565b600a5473ffffffffffffffffffffffffffffffffffffffff163314612bd757612bd786614667565b612bee88612be88a8a898989613f3d565b886144cf565b611a316110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b60085473ffffffffffffffffffffffffffffffffffffffff163314612c6e576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b600c5460405173ffffffffffffffffffffffffffffffffffffffff8084169216907f3b0007eb941cf645526cbb3a4fdaecda9d28ce4843167d9263b536a1f1edc0f6905f90a3600c80547fffffffffffffffffffffffff00000000000000000000000000000000000000001673ffffffffffffffffffffffffffffffffffffffff92909216919091179055565b73ffffffffffffffffffffffffffffffffffffffff8216612d60576040517f94280d6200000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff83166004820152602401610b00565b73ffffffffffffffffffffffffffffffffffffffff8381165f8181526002602090815260408083209487168084529482529182902085905590518481527f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925910160405180910390a3505050565b612df77f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005c614795565b6110e960017f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005b906147cc565b612e3183838360016147d3565b610e1d576040517f5274afe700000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff84166004820152602401610b00565b73ffffffffffffffffffffffffffffffffffffffff8316612ee4576040517f96c6fd1e00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff84166004820152602401610b00565b73ffffffffffffffffffffffffffffffffffffffff82161580612f1c575073ffffffffffffffffffffffffffffffffffffffff821630145b15612f6b576040517fec442f0500000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff83166004820152602401610b00565b73ffffffffffffffffffffffffffffffffffffffff83165f90815260016020819052604090912054908290612faf906e010000000000000000000000000000615abd565b8216101561302b5783612fd260016e010000000000000000000000000000615abd565b6040517fe450d38c00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff90921660048301528216602482015260448101839052606401610b00565b73ffffffffffffffffffffffffffffffffffffffff8085165f8181526001602052604080822086860390559286168082529083902080548601905591517fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef906130979086815260200190565b60405180910390a350505050565b5f610aac61485b565b6040517fa9059cbb00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff8381166004830152602482018390527f0000000000000000000000000000000000000000000000000000000000000000169063a9059cbb906044016020604051808303815f875af1158015613140573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906131649190615afd565b6131a3576040517fd519bd86000000000000000000000000000000000000000000000000000000008152602060048201525f6024820152604401610b00565b5050565b6040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201525f907f000000000000000000000000000000000000000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff16906370a0823190602401602060405180830381865afa158015613231573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906132559190615aa6565b600b549091505f90613292907f00000000000000000000000000000000000000000000000000000000000000009067ffffffffffffffff16615a8f565b600b549091505f906132c2906801000000000000000090046fffffffffffffffffffffffffffffffff1684615b1c565b905081811015613308576040517f1f2c89f00000000000000000000000000000000000000000000000000000000081526004810183905260248101829052604401610b00565b505090565b600b80547fffffffffffffff00ffffffffffffffffffffffffffffffffffffffffffffffff1690556040517fa45f47fdea8a1efdd9029a5691c7f759c32b7c698632b563573e155625d16933905f90a1565b5f80841580159061338957505f86815260066020908152604080832088845290915290205460ff16155b156133ca576040517f1d18b65d0000000000000000000000000000000000000000000000000000000081526004810187905260248101869052604401610b00565b8491505f5b8381101561343357613405838686848181106133ed576133ed615ad0565b905060200201355f9182526020526040902060701c90565b92508685858381811061341a5761341a615ad0565b905060200201350361342b57600191505b6001016133cf565b5094509492505050565b8080156134685750600b547801000000000000000000000000000000000000000000000000900460ff165b1561349f576040517fd93c066500000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b7f000000000000000000000000000000000000000000000000000000000000000042101561351b576040517f341b372a0000000000000000000000000000000000000000000000000000000081527f00000000000000000000000000000000000000000000000000000000000000006004820152602401610b00565b80801561352b575061352b6148c2565b156112b0576040517f6cc09e7b0000000000000000000000000000000000000000000000000000000081527f00000000000000000000000000000000000000000000000000000000000000006004820152602401610b00565b60605f60208601803590829061359a9089614fbf565b90506135aa8189608001356113c4565b92506135b68288613d75565b935083515f146135c75750506137e7565b8480156135ea575073ffffffffffffffffffffffffffffffffffffffff81163b15155b1561364f5750506040805160048152602481019091526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167f1f25c6280000000000000000000000000000000000000000000000000000000017905291506137e7565b5f5f61369f7f00000000000000000000000000000000000000000000000000000000000000008b7f000000000000000000000000000000000000000000000000000000000000000087028b614915565b9150915081613764576040517fd519bd8600000000000000000000000000000000000000000000000000000000906136db908390602401614f5d565b604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167fffffffff000000000000000000000000000000000000000000000000000000009093169290921790915295506137e79350505050565b613791837f0000000000000000000000000000000000000000000000000000000000000000860287614045565b50508073ffffffffffffffffffffffffffffffffffffffff16837f1a49076e0e8c733171c5360d78c9ae8e19fef5a0720b926e72f78b7cc37618cd846040516137dc91815260200190565b60405180910390a350505b94509492505050565b80515f036137fb5750565b805160208201fd5b600b80547fffffffffffffffffffffffffffffffffffffffffffffffff00000000000000001667ffffffffffffffff84161790555f6138406131a7565b90508383037f00000000000000000000000000000000000000000000000000000000000000000282810182101561130f578083831161387f575f613883565b8383035b6040517fc110ee4800000000000000000000000000000000000000000000000000000000815260048101929092526024820152604401610b00565b6138c88383614a15565b604080517f158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429602082015273ffffffffffffffffffffffffffffffffffffffff8516918101919091526060810183905261393c9084906080016040516020818303038152906040528051906020012083614542565b73ffffffffffffffffffffffffffffffffffffffff83165f81815260056020908152604080832086845290915280822080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055518492917f1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d8191a3505050565b600b547801000000000000000000000000000000000000000000000000900460ff16156110e9576110e961330d565b60085460405173ffffffffffffffffffffffffffffffffffffffff8084169216907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a36008805473ffffffffffffffffffffffffffffffffffffffff83167fffffffffffffffffffffffff00000000000000000000000000000000000000009182168117909255600980549091169055156112b057600a805473ffffffffffffffffffffffffffffffffffffffff83167fffffffffffffffffffffffff000000000000000000000000000000000000000090911617905550565b60405173ffffffffffffffffffffffffffffffffffffffff821660248201525f9081908190613b76908690604401604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167ffe575a8700000000000000000000000000000000000000000000000000000000179052614a9e565b91509150818015613b8657508015155b95945050505050565b6060806003613bce60408051808201909152600181527f3100000000000000000000000000000000000000000000000000000000000000602082015290565b818054613bda906159bf565b80601f0160208091040260200160405190810160405280929190818152602001828054613c06906159bf565b8015613c515780601f10613c2857610100808354040283529160200191613c51565b820191905f5260205f20905b815481529060010190602001808311613c3457829003601f168201915b50505050509150915091509091565b844211613c9c576040517f7a4df07900000000000000000000000000000000000000000000000000000000815260048101869052602401610b00565b834210613cd8576040517f3d91b05f00000000000000000000000000000000000000000000000000000000815260048101859052602401610b00565b613ce28684614a15565b613ced868383614542565b73ffffffffffffffffffffffffffffffffffffffff86165f81815260056020908152604080832087845290915280822080547fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff00166001179055518592917f98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a591a3505050505050565b60605f7f000000000000000000000000000000000000000000000000000000000000000015613dc4577f0000000000000000000000000000000000000000000000000000000000000000613de6565b7f00000000000000000000000000000000000000000000000000000000000000005b9050831580613df457508084115b15613eb65760405160248101859052604481018290527fd73ce5b600000000000000000000000000000000000000000000000000000000906064015b604080517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08184030181529190526020810180517bffffffffffffffffffffffffffffffffffffffffffffffffffffffff167fffffffff0000000000000000000000000000000000000000000000000000000090931692909217909152915061094a9050565b827f000000000000000000000000000000000000000000000000000000000000000003841115613f36576040517f000000000000000000000000000000000000000000000000000000000000000084900360248201527f7e1f5a770000000000000000000000000000000000000000000000000000000090604401613e30565b5092915050565b5f613f4886866113c4565b9050613f5786828686866143e8565b6040517fe94a010200000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff8781166004830152602482018790527f0000000000000000000000000000000000000000000000000000000000000000169063e94a010290604401602060405180830381865afa158015613fe8573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061400c9190615afd565b613b86576040517f1d46cb0500000000000000000000000000000000000000000000000000000000815260048101829052602401610b00565b73ffffffffffffffffffffffffffffffffffffffff83165f90815260016020526040902054826140758284614b40565b73ffffffffffffffffffffffffffffffffffffffff86165f81815260016020908152604080832095909401909455915186815290927fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef9101613097565b60606140dc612dcd565b6140e6600161343d565b6140ef84614b89565b6040517f70a082310000000000000000000000000000000000000000000000000000000081523060048201529091505f9073ffffffffffffffffffffffffffffffffffffffff7f000000000000000000000000000000000000000000000000000000000000000016906370a0823190602401602060405180830381865afa15801561417c573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906141a09190615aa6565b600b5490915067ffffffffffffffff16805f5b87811080156141ea5750620111706141cf603f62030d40615b2f565b6141dc9062030d40615b1c565b6141e69190615b1c565b5a10155b1561434d573689898381811061420257614202615ad0565b90506020028101906142149190615b67565b6040519091505f80614232848762030d4060018e8a1c811614613584565b9150915081515f03614291575f60e01b89868151811061425457614254615ad0565b7fffffffff000000000000000000000000000000000000000000000000000000009092166020928302919091018201528401359590950194614337565b61429a82615ba3565b8986815181106142ac576142ac615ad0565b7fffffffff000000000000000000000000000000000000000000000000000000009092166020928302919091018201526142e890850185614fbf565b73ffffffffffffffffffffffffffffffffffffffff16817fe2c640373d0d75e1b25548be0b2cd99f02e619689dea7385b029e696b02d38158460405161432e9190614f5d565b60405180910390a35b50506040525061434681615c0f565b90506141b3565b86811015614391576040517fca96032b0000000000000000000000000000000000000000000000000000000081526004810182905260248101889052604401610b00565b8282146143a3576143a3838386613803565b50505050611c166110e95f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00612e1e565b602080820352805160051b60400160208203f35b5f5f6143f68686868661335f565b915091506144288773ffffffffffffffffffffffffffffffffffffffff165f9081526001602052604090205460701c90565b821461448b5773ffffffffffffffffffffffffffffffffffffffff87165f9081526001602052604090205460701c6040517ffdee9266000000000000000000000000000000000000000000000000000000008152600401610b0091815260200190565b80156144c6576040517f13b8207c00000000000000000000000000000000000000000000000000000000815260048101879052602401610b00565b50505050505050565b6144d98383614c00565b8273ffffffffffffffffffffffffffffffffffffffff16827ff552ca82e113ac3c539c3d617f29fcd19c172a0c75dad017555c9e109f7fe1838360405161452291815260200190565b60405180910390a361453483826130ae565b61453c6131a7565b50505050565b6145558361454f84614c5b565b83614c87565b610e1d576040517fd855c4f400000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff84166004820152602401610b00565b6131a373ffffffffffffffffffffffffffffffffffffffff8216158015906145f757508273ffffffffffffffffffffffffffffffffffffffff168273ffffffffffffffffffffffffffffffffffffffff1614155b8015614619575073ffffffffffffffffffffffffffffffffffffffff82163014155b801561462c575061462a8383613acd565b155b6040518060400160405280600881526020017f7472656173757279000000000000000000000000000000000000000000000000815250614d1e565b600c5473ffffffffffffffffffffffffffffffffffffffff1633146146ba576040517f8e4a23d6000000000000000000000000000000000000000000000000000000008152336004820152602401610b00565b5f7f00000000000000000000000000000000000000000000000000000000000000004210806146ec57506146ec6148c2565b61472c57600b546147279067ffffffffffffffff167f0000000000000000000000000000000000000000000000000000000000000000615abd565b61472e565b5f5b905061475a7f000000000000000000000000000000000000000000000000000000000000000082615a8f565b82116131a3576040517fa70165ff00000000000000000000000000000000000000000000000000000000815260048101829052602401610b00565b156110e9576040517f3ee5aeb500000000000000000000000000000000000000000000000000000000815260040160405180910390fd5b80825d5050565b6040517fa9059cbb000000000000000000000000000000000000000000000000000000005f81815273ffffffffffffffffffffffffffffffffffffffff8616600452602485905291602083604481808b5af1925060015f5114831661484f578383151615614843573d5f823e3d81fd5b5f873b113d1516831692505b60405250949350505050565b5f805f5f614867613b8f565b8151602092830120815191830191909120604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f8152938401929092529082015246606082015230608082015260a09020949350505050565b5f7f000000000000000000000000000000000000000000000000000000000000000015801590610aac5750507f000000000000000000000000000000000000000000000000000000000000000042101590565b5f60607fcf09299500000000000000000000000000000000000000000000000000000000368361494860a0890189615c46565b9092509050612000811115614962575f94505050506137e7565b604051601f19601f8301166101040184825289356004830152306024830152886044830152606060408b01606484013760e060c48301528260e483015282846101048401375f83610104018301525f5f82845f8f8df196505085614a08573d6101048111156149d057506101045b819550808652805f602088013e603f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01685016040525b5050505094509492505050565b73ffffffffffffffffffffffffffffffffffffffff82165f90815260056020908152604080832084845290915290205460ff16156131a3576040517f8ef82f7f00000000000000000000000000000000000000000000000000000000815273ffffffffffffffffffffffffffffffffffffffff8316600482015260248101829052604401610b00565b5f5f60608473ffffffffffffffffffffffffffffffffffffffff1684604051614ac79190615a0a565b5f60405180830381855afa9150503d805f8114614aff576040519150601f19603f3d011682016040523d82523d5f602084013e614b04565b606091505b509093509050828015614b1957506020815110155b92508215614b385780806020019051810190614b359190615aa6565b91505b509250929050565b5f80614b5c607085901c845f9182526020526040902060701c90565b9050614b7860016e010000000000000000000000000000615abd565b8416607082901b1791505092915050565b60408051600583901b8082018301835260208201848152927fffffffff000000000000000000000000000000000000000000000000000000009201908415614bcf578282525b60205b81811015614bf75780820381811115614be85750805b80848386015e5060011b614bd2565b50505050919050565b73ffffffffffffffffffffffffffffffffffffffff82165f90815260016020526040902054614c2f9082614b40565b73ffffffffffffffffffffffffffffffffffffffff9092165f9081526001602052604090209190915550565b5f614c6461485b565b6719010000000000005f908152601a91909152603a928352604260182092525090565b5f8373ffffffffffffffffffffffffffffffffffffffff163b5f03614d0c575f5f614cb28585614d57565b5090925090505f816003811115614ccb57614ccb615ca7565b148015614d0357508573ffffffffffffffffffffffffffffffffffffffff168273ffffffffffffffffffffffffffffffffffffffff16145b92505050610a6b565b614d17848484614da0565b9050610a6b565b816131a357806040517f81359f68000000000000000000000000000000000000000000000000000000008152600401610b009190614f5d565b5f5f5f8351604103614d8e576020840151604085015160608601515f1a614d8088828585614e1e565b955095509550505050614d99565b505081515f91506002905b9250925092565b8051604080517f1626ba7e000000000000000000000000000000000000000000000000000000008082526004820186905260248201929092525f92906020820185604483015e5f82606483010152601f820160051c60051b915060205f60648401838a5afa9050825f5114601f3d1116811693505050509392505050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0841115614e5757505f91506003905082614f07565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa158015614ea8573d5f5f3e3d5ffd5b50506040517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0015191505073ffffffffffffffffffffffffffffffffffffffff8116614efe57505f925060019150829050614f07565b92505f91508190505b9450945094915050565b5f81518084528060208401602086015e5f6020828601015260207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f83011685010191505092915050565b602081525f610a6b6020830184614f11565b803573ffffffffffffffffffffffffffffffffffffffff81168114614f92575f5ffd5b919050565b5f5f60408385031215614fa8575f5ffd5b614fb183614f6f565b946020939093013593505050565b5f60208284031215614fcf575f5ffd5b610a6b82614f6f565b5f60408284031215614fe8575f5ffd5b50919050565b5f60408284031215614ffe575f5ffd5b610a6b8383614fd8565b5f5f5f6060848603121561501a575f5ffd5b61502384614f6f565b925061503160208501614f6f565b929592945050506040919091013590565b5f5f83601f840112615052575f5ffd5b50813567ffffffffffffffff811115615069575f5ffd5b6020830191508360208260051b8501011115615083575f5ffd5b9250929050565b5f5f5f5f6060858703121561509d575f5ffd5b8435935060208501359250604085013567ffffffffffffffff8111156150c1575f5ffd5b6150cd87828801615042565b95989497509550505050565b5f602082840312156150e9575f5ffd5b813567ffffffffffffffff8111156150ff575f5ffd5b820160c08185031215610a6b575f5ffd5b803560ff81168114614f92575f5ffd5b5f5f5f5f5f60a08688031215615134575f5ffd5b61513d86614f6f565b94506020860135935061515260408701615110565b94979396509394606081013594506080013592915050565b5f5f5f5f6040858703121561517d575f5ffd5b843567ffffffffffffffff811115615193575f5ffd5b61519f87828801615042565b909550935050602085013567ffffffffffffffff8111156150c1575f5ffd5b602080825282518282018190525f918401906040840190835b818110156152295783518051845260208101511515602085015260408101511515604085015260608101516060850152608081015160808501525060a0830192506020840193506001810190506151d7565b509095945050505050565b7fff000000000000000000000000000000000000000000000000000000000000008816815260e060208201525f61526e60e0830189614f11565b82810360408401526152808189614f11565b6060840188905273ffffffffffffffffffffffffffffffffffffffff8716608085015260a0840186905283810360c0850152845180825260208087019350909101905f5b818110156152e25783518352602093840193909201916001016152c4565b50909b9a5050505050505050505050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b5f82601f83011261532f575f5ffd5b813567ffffffffffffffff811115615349576153496152f3565b6040517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0603f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8501160116810181811067ffffffffffffffff821117156153b5576153b56152f3565b6040528181528382016020018510156153cc575f5ffd5b816020850160208301375f918101602001919091529392505050565b5f5f5f5f5f5f5f60e0888a0312156153fe575f5ffd5b61540788614f6f565b965061541560208901614f6f565b955060408801359450606088013593506080880135925060a0880135915060c088013567ffffffffffffffff81111561544c575f5ffd5b6154588a828b01615320565b91505092959891949750929550565b5f5f5f5f5f5f5f60e0888a03121561547d575f5ffd5b61548688614f6f565b9650602088013595506040880135945060608801359350608088013567ffffffffffffffff8111156154b6575f5ffd5b6154c28a828b01615042565b90945092506154d690508960a08a01614fd8565b905092959891949750929550565b5f5f5f5f606085870312156154f7575f5ffd5b843567ffffffffffffffff81111561550d575f5ffd5b61551987828801615042565b90989097506020870135966040013595509350505050565b602080825282518282018190525f918401906040840190835b818110156152295783517fffffffff000000000000000000000000000000000000000000000000000000001683526020938401939092019160010161554a565b5f5f6040838503121561559b575f5ffd5b50508035926020909101359150565b5f5f5f606084860312156155bc575f5ffd5b6155c584614f6f565b925060208401359150604084013567ffffffffffffffff8111156155e7575f5ffd5b6155f386828701615320565b9150509250925092565b5f6101608201905082518252602083015160208301526040830151604083015260608301516060830152608083015161564e608084018273ffffffffffffffffffffffffffffffffffffffff169052565b5060a083015161567660a084018273ffffffffffffffffffffffffffffffffffffffff169052565b5060c083015161569e60c084018273ffffffffffffffffffffffffffffffffffffffff169052565b5060e08301516156b260e084018215159052565b506101008301516156dc61010084018273ffffffffffffffffffffffffffffffffffffffff169052565b506101208301516156f261012084018215159052565b50610140830151613f3661014084018273ffffffffffffffffffffffffffffffffffffffff169052565b602081525f82516101a060208401526157396101c0840182614f11565b905060208401517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08483030160408501526157748282614f11565b91505060408401517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08483030160608501526157b08282614f11565b91505060608401516157da608085018273ffffffffffffffffffffffffffffffffffffffff169052565b50608084015160a084015260a084015160c084015260c084015160e084015260e084015161010084015261010084015161582161012085018267ffffffffffffffff169052565b5061012084015167ffffffffffffffff81166101408501525061014084015173ffffffffffffffffffffffffffffffffffffffff81166101608501525061016084015173ffffffffffffffffffffffffffffffffffffffff81166101808501525061018084015173ffffffffffffffffffffffffffffffffffffffff81166101a0850152509392505050565b5f5f5f5f5f5f5f60e0888a0312156158c3575f5ffd5b6158cc88614f6f565b96506158da60208901614f6f565b955060408801359450606088013593506158f660808901615110565b9699959850939692959460a0840135945060c09093013592915050565b5f5f60408385031215615924575f5ffd5b61592d83614f6f565b915061593b60208401614f6f565b90509250929050565b5f5f5f5f5f5f5f5f5f6101208a8c03121561595d575f5ffd5b6159668a614f6f565b985061597460208b01614f6f565b975060408a0135965060608a0135955060808a0135945060a08a0135935061599e60c08b01615110565b989b979a50959894979396929550929360e081013593506101000135919050565b600181811c908216806159d357607f821691505b602082108103614fe8577f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b5f82518060208501845e5f920191825250919050565b80516020808301519190811015614fe8577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff60209190910360031b1b16919050565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b808202811582820484141761094a5761094a615a62565b5f60208284031215615ab6575f5ffd5b5051919050565b8181038181111561094a5761094a615a62565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b5f60208284031215615b0d575f5ffd5b81518015158114610a6b575f5ffd5b8082018082111561094a5761094a615a62565b5f82615b62577f4e487b71000000000000000000000000000000000000000000000000000000005f52601260045260245ffd5b500490565b5f82357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff41833603018112615b99575f5ffd5b9190910192915050565b805160208201517fffffffff00000000000000000000000000000000000000000000000000000000811691906004821015615c08577fffffffff00000000000000000000000000000000000000000000000000000000808360040360031b1b82161692505b5050919050565b5f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8203615c3f57615c3f615a62565b5060010190565b5f5f83357fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe1843603018112615c79575f5ffd5b83018035915067ffffffffffffffff821115615c93575f5ffd5b602001915036819003821315615083575f5ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602160045260245ffd",
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

// PackFold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4739117a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function fold(bytes32 id, bytes32 prefix, bytes32[] ids) returns(bytes32 chain)
func (launch *Launch) PackFold(id [32]byte, prefix [32]byte, ids [][32]byte) []byte {
	enc, err := launch.abi.Pack("fold", id, prefix, ids)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4739117a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function fold(bytes32 id, bytes32 prefix, bytes32[] ids) returns(bytes32 chain)
func (launch *Launch) TryPackFold(id [32]byte, prefix [32]byte, ids [][32]byte) ([]byte, error) {
	return launch.abi.Pack("fold", id, prefix, ids)
}

// UnpackFold is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4739117a.
//
// Solidity: function fold(bytes32 id, bytes32 prefix, bytes32[] ids) returns(bytes32 chain)
func (launch *Launch) UnpackFold(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("fold", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackFolded is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa6d5f09e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function folded(bytes32 id, bytes32 chain) view returns(bool)
func (launch *Launch) PackFolded(id [32]byte, chain [32]byte) []byte {
	enc, err := launch.abi.Pack("folded", id, chain)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFolded is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa6d5f09e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function folded(bytes32 id, bytes32 chain) view returns(bool)
func (launch *Launch) TryPackFolded(id [32]byte, chain [32]byte) ([]byte, error) {
	return launch.abi.Pack("folded", id, chain)
}

// UnpackFolded is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa6d5f09e.
//
// Solidity: function folded(bytes32 id, bytes32 chain) view returns(bool)
func (launch *Launch) UnpackFolded(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("folded", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
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
// the contract method with ID 0x932d48d1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast, uint256 codeless) returns(bytes4[] results)
func (launch *Launch) PackMintBatch(payments []Payment, atLeast *big.Int, codeless *big.Int) []byte {
	enc, err := launch.abi.Pack("mintBatch", payments, atLeast, codeless)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMintBatch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x932d48d1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast, uint256 codeless) returns(bytes4[] results)
func (launch *Launch) TryPackMintBatch(payments []Payment, atLeast *big.Int, codeless *big.Int) ([]byte, error) {
	return launch.abi.Pack("mintBatch", payments, atLeast, codeless)
}

// UnpackMintBatch is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x932d48d1.
//
// Solidity: function mintBatch((address,uint256,uint256,uint256,bytes32,bytes)[] payments, uint256 atLeast, uint256 codeless) returns(bytes4[] results)
func (launch *Launch) UnpackMintBatch(data []byte) ([][4]byte, error) {
	out, err := launch.abi.Unpack("mintBatch", data)
	if err != nil {
		return *new([][4]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([][4]byte)).(*[][4]byte)
	return out0, nil
}

// PackMintSettled is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8b0b7f5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mintSettled(address payer, bytes32 nonce, uint256 quantity, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) PackMintSettled(payer common.Address, nonce [32]byte, quantity *big.Int, prefix [32]byte, ids [][32]byte, seen Block) []byte {
	enc, err := launch.abi.Pack("mintSettled", payer, nonce, quantity, prefix, ids, seen)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMintSettled is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8b0b7f5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mintSettled(address payer, bytes32 nonce, uint256 quantity, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) TryPackMintSettled(payer common.Address, nonce [32]byte, quantity *big.Int, prefix [32]byte, ids [][32]byte, seen Block) ([]byte, error) {
	return launch.abi.Pack("mintSettled", payer, nonce, quantity, prefix, ids, seen)
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

// PackOnBranch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10c2602f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function onBranch((uint256,bytes32) seen) view returns(bool)
func (launch *Launch) PackOnBranch(seen Block) []byte {
	enc, err := launch.abi.Pack("onBranch", seen)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOnBranch is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10c2602f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function onBranch((uint256,bytes32) seen) view returns(bool)
func (launch *Launch) TryPackOnBranch(seen Block) ([]byte, error) {
	return launch.abi.Pack("onBranch", seen)
}

// UnpackOnBranch is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x10c2602f.
//
// Solidity: function onBranch((uint256,bytes32) seen) view returns(bool)
func (launch *Launch) UnpackOnBranch(data []byte) (bool, error) {
	out, err := launch.abi.Unpack("onBranch", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
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
// the contract method with ID 0xfb6045fe.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refund(address payer, bytes32 nonce, uint256 amount, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) PackRefund(payer common.Address, nonce [32]byte, amount *big.Int, prefix [32]byte, ids [][32]byte, seen Block) []byte {
	enc, err := launch.abi.Pack("refund", payer, nonce, amount, prefix, ids, seen)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfb6045fe.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refund(address payer, bytes32 nonce, uint256 amount, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) TryPackRefund(payer common.Address, nonce [32]byte, amount *big.Int, prefix [32]byte, ids [][32]byte, seen Block) ([]byte, error) {
	return launch.abi.Pack("refund", payer, nonce, amount, prefix, ids, seen)
}

// PackRefundTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa4425fea.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refundTransfer(address payer, bytes32 ref, uint256 amount, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) PackRefundTransfer(payer common.Address, ref [32]byte, amount *big.Int, prefix [32]byte, ids [][32]byte, seen Block) []byte {
	enc, err := launch.abi.Pack("refundTransfer", payer, ref, amount, prefix, ids, seen)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefundTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa4425fea.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refundTransfer(address payer, bytes32 ref, uint256 amount, bytes32 prefix, bytes32[] ids, (uint256,bytes32) seen) returns()
func (launch *Launch) TryPackRefundTransfer(payer common.Address, ref [32]byte, amount *big.Int, prefix [32]byte, ids [][32]byte, seen Block) ([]byte, error) {
	return launch.abi.Pack("refundTransfer", payer, ref, amount, prefix, ids, seen)
}

// PackRefunder is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf4f5a72.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refunder() view returns(address)
func (launch *Launch) PackRefunder() []byte {
	enc, err := launch.abi.Pack("refunder")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefunder is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf4f5a72.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refunder() view returns(address)
func (launch *Launch) TryPackRefunder() ([]byte, error) {
	return launch.abi.Pack("refunder")
}

// UnpackRefunder is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdf4f5a72.
//
// Solidity: function refunder() view returns(address)
func (launch *Launch) UnpackRefunder(data []byte) (common.Address, error) {
	out, err := launch.abi.Unpack("refunder", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
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

// PackRescue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x20ff430b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function rescue(address token, address to, uint256 amount) returns()
func (launch *Launch) PackRescue(token common.Address, to common.Address, amount *big.Int) []byte {
	enc, err := launch.abi.Pack("rescue", token, to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRescue is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x20ff430b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function rescue(address token, address to, uint256 amount) returns()
func (launch *Launch) TryPackRescue(token common.Address, to common.Address, amount *big.Int) ([]byte, error) {
	return launch.abi.Pack("rescue", token, to, amount)
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

// PackSetTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0f44260.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setTreasury(address successor) returns()
func (launch *Launch) PackSetTreasury(successor common.Address) []byte {
	enc, err := launch.abi.Pack("setTreasury", successor)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0f44260.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setTreasury(address successor) returns()
func (launch *Launch) TryPackSetTreasury(successor common.Address) ([]byte, error) {
	return launch.abi.Pack("setTreasury", successor)
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
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool,address,bool,address))
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
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool,address,bool,address))
func (launch *Launch) TryPackState() ([]byte, error) {
	return launch.abi.Pack("state")
}

// UnpackState is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc19d93fb.
//
// Solidity: function state() view returns((uint256,uint256,uint256,uint256,address,address,address,bool,address,bool,address))
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

// PackTransferId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb5d1682f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferId(address payer, bytes32 ref) view returns(bytes32)
func (launch *Launch) PackTransferId(payer common.Address, ref [32]byte) []byte {
	enc, err := launch.abi.Pack("transferId", payer, ref)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb5d1682f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferId(address payer, bytes32 ref) view returns(bytes32)
func (launch *Launch) TryPackTransferId(payer common.Address, ref [32]byte) ([]byte, error) {
	return launch.abi.Pack("transferId", payer, ref)
}

// UnpackTransferId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb5d1682f.
//
// Solidity: function transferId(address payer, bytes32 ref) view returns(bytes32)
func (launch *Launch) UnpackTransferId(data []byte) ([32]byte, error) {
	out, err := launch.abi.Unpack("transferId", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
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

// PackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function treasury() view returns(address)
func (launch *Launch) PackTreasury() []byte {
	enc, err := launch.abi.Pack("treasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function treasury() view returns(address)
func (launch *Launch) TryPackTreasury() ([]byte, error) {
	return launch.abi.Pack("treasury")
}

// UnpackTreasury is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x61d027b3.
//
// Solidity: function treasury() view returns(address)
func (launch *Launch) UnpackTreasury(data []byte) (common.Address, error) {
	out, err := launch.abi.Unpack("treasury", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
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

// LaunchRescued represents a Rescued event raised by the Launch contract.
type LaunchRescued struct {
	Token  common.Address
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const LaunchRescuedEventName = "Rescued"

// ContractEventName returns the user-defined event name.
func (LaunchRescued) ContractEventName() string {
	return LaunchRescuedEventName
}

// UnpackRescuedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Rescued(address indexed token, address indexed to, uint256 amount)
func (launch *Launch) UnpackRescuedEvent(log *types.Log) (*LaunchRescued, error) {
	event := "Rescued"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchRescued)
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

// LaunchTreasuryChanged represents a TreasuryChanged event raised by the Launch contract.
type LaunchTreasuryChanged struct {
	Previous common.Address
	Treasury common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const LaunchTreasuryChangedEventName = "TreasuryChanged"

// ContractEventName returns the user-defined event name.
func (LaunchTreasuryChanged) ContractEventName() string {
	return LaunchTreasuryChangedEventName
}

// UnpackTreasuryChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TreasuryChanged(address indexed previous, address indexed treasury)
func (launch *Launch) UnpackTreasuryChangedEvent(log *types.Log) (*LaunchTreasuryChanged, error) {
	event := "TreasuryChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != launch.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(LaunchTreasuryChanged)
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
	if bytes.Equal(raw[:4], launch.abi.Errors["HasCode"].ID.Bytes()[:4]) {
		return launch.UnpackHasCodeError(raw[4:])
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
	if bytes.Equal(raw[:4], launch.abi.Errors["Mintable"].ID.Bytes()[:4]) {
		return launch.UnpackMintableError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotAttempted"].ID.Bytes()[:4]) {
		return launch.UnpackNotAttemptedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotBlacklisted"].ID.Bytes()[:4]) {
		return launch.UnpackNotBlacklistedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotFolded"].ID.Bytes()[:4]) {
		return launch.UnpackNotFoldedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotOpen"].ID.Bytes()[:4]) {
		return launch.UnpackNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["NotSettled"].ID.Bytes()[:4]) {
		return launch.UnpackNotSettledError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["OtherBranch"].ID.Bytes()[:4]) {
		return launch.UnpackOtherBranchError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["PaymentRefused"].ID.Bytes()[:4]) {
		return launch.UnpackPaymentRefusedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["PermitExpired"].ID.Bytes()[:4]) {
		return launch.UnpackPermitExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Protected"].ID.Bytes()[:4]) {
		return launch.UnpackProtectedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["QuantityOutOfRange"].ID.Bytes()[:4]) {
		return launch.UnpackQuantityOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["ReentrancyGuardReentrantCall"].ID.Bytes()[:4]) {
		return launch.UnpackReentrancyGuardReentrantCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return launch.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["SoldOut"].ID.Bytes()[:4]) {
		return launch.UnpackSoldOutError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Unauthorized"].ID.Bytes()[:4]) {
		return launch.UnpackUnauthorizedError(raw[4:])
	}
	if bytes.Equal(raw[:4], launch.abi.Errors["Unpaid"].ID.Bytes()[:4]) {
		return launch.UnpackUnpaidError(raw[4:])
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

// LaunchHasCode represents a HasCode error raised by the Launch contract.
type LaunchHasCode struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error HasCode()
func LaunchHasCodeErrorID() common.Hash {
	return common.HexToHash("0x1f25c6285c222a2778646985bf7047314ccbf66081bddf5fb451c530a953d8ac")
}

// UnpackHasCodeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error HasCode()
func (launch *Launch) UnpackHasCodeError(raw []byte) (*LaunchHasCode, error) {
	out := new(LaunchHasCode)
	if err := launch.abi.UnpackIntoInterface(out, "HasCode", raw); err != nil {
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

// LaunchMintable represents a Mintable error raised by the Launch contract.
type LaunchMintable struct {
	Left *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Mintable(uint256 left)
func LaunchMintableErrorID() common.Hash {
	return common.HexToHash("0xa70165ffd4e614a6a84ff941e73dbdbfa0ccff9aee88b3361574abd4779b460e")
}

// UnpackMintableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Mintable(uint256 left)
func (launch *Launch) UnpackMintableError(raw []byte) (*LaunchMintable, error) {
	out := new(LaunchMintable)
	if err := launch.abi.UnpackIntoInterface(out, "Mintable", raw); err != nil {
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

// LaunchNotBlacklisted represents a NotBlacklisted error raised by the Launch contract.
type LaunchNotBlacklisted struct {
	Treasury common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotBlacklisted(address treasury)
func LaunchNotBlacklistedErrorID() common.Hash {
	return common.HexToHash("0x7be8837927d4078c0877ec17c4e799534d13775026a9aed3a03816ed4069580a")
}

// UnpackNotBlacklistedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotBlacklisted(address treasury)
func (launch *Launch) UnpackNotBlacklistedError(raw []byte) (*LaunchNotBlacklisted, error) {
	out := new(LaunchNotBlacklisted)
	if err := launch.abi.UnpackIntoInterface(out, "NotBlacklisted", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// LaunchNotFolded represents a NotFolded error raised by the Launch contract.
type LaunchNotFolded struct {
	Id     [32]byte
	Prefix [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotFolded(bytes32 id, bytes32 prefix)
func LaunchNotFoldedErrorID() common.Hash {
	return common.HexToHash("0x1d18b65d9de24fc5ca81faaec8a6d01c43efc28dc937e622b33ea3f6592c67f4")
}

// UnpackNotFoldedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotFolded(bytes32 id, bytes32 prefix)
func (launch *Launch) UnpackNotFoldedError(raw []byte) (*LaunchNotFolded, error) {
	out := new(LaunchNotFolded)
	if err := launch.abi.UnpackIntoInterface(out, "NotFolded", raw); err != nil {
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

// LaunchOtherBranch represents a OtherBranch error raised by the Launch contract.
type LaunchOtherBranch struct {
	Number *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OtherBranch(uint256 number)
func LaunchOtherBranchErrorID() common.Hash {
	return common.HexToHash("0x4e1ebd5e41d40a4bfe7136f3db8c7062d4f9b144c39e93d6a174671a5ee2a1cd")
}

// UnpackOtherBranchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OtherBranch(uint256 number)
func (launch *Launch) UnpackOtherBranchError(raw []byte) (*LaunchOtherBranch, error) {
	out := new(LaunchOtherBranch)
	if err := launch.abi.UnpackIntoInterface(out, "OtherBranch", raw); err != nil {
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

// LaunchProtected represents a Protected error raised by the Launch contract.
type LaunchProtected struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Protected(address token)
func LaunchProtectedErrorID() common.Hash {
	return common.HexToHash("0xc7955a71f8f89b391ad5a89ee885696260cd1bb11bb043232a05234f5e391fd9")
}

// UnpackProtectedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Protected(address token)
func (launch *Launch) UnpackProtectedError(raw []byte) (*LaunchProtected, error) {
	out := new(LaunchProtected)
	if err := launch.abi.UnpackIntoInterface(out, "Protected", raw); err != nil {
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

// LaunchSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Launch contract.
type LaunchSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func LaunchSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (launch *Launch) UnpackSafeERC20FailedOperationError(raw []byte) (*LaunchSafeERC20FailedOperation, error) {
	out := new(LaunchSafeERC20FailedOperation)
	if err := launch.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
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

// LaunchUnpaid represents a Unpaid error raised by the Launch contract.
type LaunchUnpaid struct {
	Owed     *big.Int
	Received *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Unpaid(uint256 owed, uint256 received)
func LaunchUnpaidErrorID() common.Hash {
	return common.HexToHash("0xc110ee486e3b9768f5b5e8a50d7b480fc1c5619346dd75a3d4321d18e06a5337")
}

// UnpackUnpaidError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Unpaid(uint256 owed, uint256 received)
func (launch *Launch) UnpackUnpaidError(raw []byte) (*LaunchUnpaid, error) {
	out := new(LaunchUnpaid)
	if err := launch.abi.UnpackIntoInterface(out, "Unpaid", raw); err != nil {
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
