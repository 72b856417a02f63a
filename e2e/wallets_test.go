package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/mint402/mint402/x402"
)

// Addresses at which these contracts are on every chain.
var (
	safeFactory     = common.HexToAddress("0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67")
	metaMaskFactory = common.HexToAddress("0x69Aa2f9fe1572F1B640E1bbc512f5c3a734fc77c")
)

// smart is a payer with code, or one that will have some.
type smart struct {
	owner   payer
	address common.Address
	factory common.Address
	call    []byte                          // deploys it
	signs   func(digest common.Hash) []byte // for isValidSignature
	wraps   bool                            // in ERC-6492
}

// smarts deploys what Safe and MetaMask published, and the 7702 account of eth-infinitism.
type smarts struct {
	*usdc
	safe, handler, metaMask, delegate common.Address
	safeProxy, metaMaskProxy          []byte
}

// published reads an artifact of an npm package.
func published(t *testing.T, path string) (a artifact) {
	t.Helper()
	data, err := os.ReadFile("node_modules/" + path + ".json")
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	return a
}

var (
	longHex   = regexp.MustCompile(`0x[0-9a-f]{40}[0-9a-f_$]{100,}`)
	libraries = regexp.MustCompile(`__\$[0-9a-f]{34}\$__`)
)

// metaMaskCode reads creation code of MetaMask's Delegation Framework. library takes the place
// of each of its libraries.
func metaMaskCode(t *testing.T, name string, library common.Address) []byte {
	t.Helper()
	text, err := os.ReadFile("node_modules/@metamask/delegation-abis/dist/bytecode/" + name + ".cjs")
	if err != nil {
		t.Fatal(err)
	}
	code := longHex.FindString(string(text))
	if code == "" {
		t.Fatalf("there is no code in %s", name)
	}
	return decode(t, libraries.ReplaceAllString(code, strings.ToLower(library.Hex()[2:])))
}

func deploySmarts(t *testing.T, u *usdc) *smarts {
	t.Helper()
	of := u.accounts[deployer]
	created := func(code []byte) common.Address { return u.done(of, nil, code)[0].ContractAddress }
	const safes, eth = "@safe-global/safe-contracts/build/artifacts/contracts/", "@account-abstraction/contracts/artifacts/"
	s := &smarts{usdc: u}
	s.safe = created(decode(t, published(t, safes+"SafeL2.sol/SafeL2").Bytecode))
	s.handler = created(decode(t, published(t, safes+"handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler").Bytecode))
	s.safeProxy = decode(t, published(t, safes+"proxies/SafeProxy.sol/SafeProxy").Bytecode)
	u.call(nil, "anvil_setCode", safeFactory, published(t, safes+"proxies/SafeProxyFactory.sol/SafeProxyFactory").DeployedBytecode)

	library := created(metaMaskCode(t, "SCL_RIP7212", common.Address{}))
	entryPoint := created(decode(t, published(t, eth+"EntryPoint").Bytecode))
	s.metaMask = created(append(metaMaskCode(t, "HybridDeleGator", library), values(t, "address,address", common.Address{1}, entryPoint)...))
	s.metaMaskProxy = metaMaskCode(t, "ERC1967Proxy", library)
	factory := created(metaMaskCode(t, "SimpleFactory", library))
	var code hexutil.Bytes
	u.call(&code, "eth_getCode", factory, "latest")
	u.call(nil, "anvil_setCode", metaMaskFactory, code)

	s.delegate = created(decode(t, published(t, eth+"Simple7702Account").Bytecode))
	return s
}

// values ABI-encodes values of the types, which are separated by commas.
func values(t *testing.T, kinds string, all ...any) []byte {
	t.Helper()
	var arguments abi.Arguments
	for _, kind := range strings.Split(kinds, ",") {
		of, err := abi.NewType(kind, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, abi.Argument{Type: of})
	}
	data, err := arguments.Pack(all...)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// calls ABI-encodes a call of a function.
func calls(t *testing.T, name, kinds string, all ...any) []byte {
	t.Helper()
	return append(crypto.Keccak256([]byte(name + "(" + kinds + ")"))[:4], values(t, kinds, all...)...)
}

func (p payer) ecdsa(t *testing.T, digest []byte) []byte {
	t.Helper()
	sig, err := crypto.Sign(digest, p.key)
	if err != nil {
		t.Fatal(err)
	}
	sig[64] += 27
	return sig
}

// safeOf is a Safe with one owner.
func (s *smarts) safeOf(t *testing.T, owner payer, nonce int64) *smart {
	t.Helper()
	initializer := calls(t, "setup", "address[],uint256,address,bytes,address,address,uint256,address",
		[]common.Address{owner.address}, big.NewInt(1), common.Address{}, []byte{}, s.handler, common.Address{}, new(big.Int), common.Address{})
	inner := crypto.Keccak256Hash(initializer)
	salt := crypto.Keccak256Hash(inner[:], common.BigToHash(big.NewInt(nonce)).Bytes())
	init := append(slices.Clone(s.safeProxy), values(t, "address", s.safe)...)
	w := &smart{owner: owner, factory: safeFactory, address: crypto.CreateAddress2(safeFactory, salt, crypto.Keccak256(init)),
		call: calls(t, "createProxyWithNonce", "address,bytes,uint256", s.safe, initializer, big.NewInt(nonce))}
	w.signs = func(digest common.Hash) []byte {
		domain := crypto.Keccak256(crypto.Keccak256([]byte("EIP712Domain(uint256 chainId,address verifyingContract)")),
			common.BigToHash(big.NewInt(chainID)).Bytes(), common.LeftPadBytes(w.address[:], 32))
		message := crypto.Keccak256(crypto.Keccak256([]byte("SafeMessage(bytes message)")), crypto.Keccak256(digest[:]))
		return owner.ecdsa(t, crypto.Keccak256([]byte{0x19, 1}, domain, message))
	}
	return w
}

// metaMaskOf is MetaMask's smart account of a key: an ERC-4337 account behind a proxy.
func (s *smarts) metaMaskOf(t *testing.T, owner payer, nonce int64) *smart {
	t.Helper()
	initialize := calls(t, "initialize", "address,string[],uint256[],uint256[]", owner.address, []string{}, []*big.Int{}, []*big.Int{})
	init := append(slices.Clone(s.metaMaskProxy), values(t, "address,bytes", s.metaMask, initialize)...)
	salt := common.BigToHash(big.NewInt(nonce))
	return &smart{owner: owner, factory: metaMaskFactory, address: crypto.CreateAddress2(metaMaskFactory, salt, crypto.Keccak256(init)),
		call: calls(t, "deploy", "bytes,bytes32", init, salt), signs: func(digest common.Hash) []byte { return owner.ecdsa(t, digest[:]) }}
}

// delegating is a key's account that runs the code of eth-infinitism's account (EIP-7702).
func (s *smarts) delegating(t *testing.T, owner payer) *smart {
	t.Helper()
	id := uint256.NewInt(chainID)
	signed, err := types.SignSetCode(owner.key, types.SetCodeAuthorization{ChainID: *id, Address: s.delegate})
	if err != nil {
		t.Fatal(err)
	}
	sponsor := newPayers(t, 1)[0]
	s.call(nil, "anvil_setBalance", sponsor.address, "0x56bc75e2d63100000")
	tx, err := types.SignNewTx(sponsor.key, types.LatestSignerForChainID(id.ToBig()), &types.SetCodeTx{ChainID: id, To: owner.address,
		Gas: 200_000, GasFeeCap: uint256.NewInt(2 * tip), GasTipCap: uint256.NewInt(1e9), AuthList: []types.SetCodeAuthorization{signed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SendTransaction(context.Background(), tx); err != nil {
		t.Fatal(err)
	}
	w := &smart{owner: owner, address: owner.address, signs: func(digest common.Hash) []byte { return owner.ecdsa(t, digest[:]) }}
	until(t, "the account has code", func() bool { return s.deployed(w) })
	return w
}

func (s *smarts) deployed(w *smart) bool {
	code, err := s.CodeAt(context.Background(), w.address, nil)
	return err == nil && len(code) > 0
}

// deploy has a stranger deploy a wallet.
func (s *smarts) deploy(w *smart) *smart {
	s.t.Helper()
	s.done(s.accounts[stranger], &w.factory, w.call)
	if !s.deployed(w) {
		s.t.Fatalf("%s was not deployed", w.address)
	}
	return w
}

func (w *smart) wrapped() *smart { w.wraps = true; return w }

// pays signs a quote for the wallet.
func (w *smart) pays(t *testing.T, q x402.Quote) payment {
	t.Helper()
	p := w.owner.sign(t, q, 1)
	p.payer.address, p.authorization.From = w.address, w.address
	domain := q.Requirement.Domain()
	sig := w.signs(p.authorization.Digest(domain))
	if w.wraps {
		sig = x402.Wrap(x402.Wrapped{Factory: w.factory, Call: w.call, Signature: sig})
	}
	data, err := base64.StdEncoding.DecodeString(p.v2)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(data), w.owner.address.Hex(), w.address.Hex())
	p.v2 = base64.StdEncoding.EncodeToString([]byte(text))
	p = p.withSignature(t, sig)
	p.v1 = inVersion1(t, sig, p.authorization)
	asset := common.BytesToHash(q.Requirement.Asset[:])
	p.id = crypto.Keccak256Hash(common.BigToHash(big.NewInt(chainID)).Bytes(), asset[:], common.LeftPadBytes(w.address[:], 32), p.authorization.Nonce[:])
	return p
}

// TestEachKindOfWalletMints pays with the code that wallets have on chain, on Circle's USDC, and
// shows the gas of each in a transaction of its own.
func TestEachKindOfWalletMints(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	wallets := deploySmarts(t, u)
	s := newShop(t, u)
	s.launch(1000)
	s.start()
	owners := newPayers(t, 9)
	u.give(price, owners[0].address)
	s.insist(owners[0].sign(t, s.quote(1), 1), 2) // a launch's first mint costs more

	key := owners[1]
	for i, c := range []struct {
		kind string
		w    *smart
	}{
		{"key", &smart{owner: key, address: key.address, signs: func(digest common.Hash) []byte { return key.ecdsa(t, digest[:]) }}},
		{"Safe", wallets.deploy(wallets.safeOf(t, owners[2], 1))},
		{"Safe, wrapped", wallets.deploy(wallets.safeOf(t, owners[3], 2)).wrapped()},
		{"Safe, new", wallets.safeOf(t, owners[4], 3).wrapped()},
		{"MetaMask smart account", wallets.deploy(wallets.metaMaskOf(t, owners[5], 4))},
		{"MetaMask smart account, new", wallets.metaMaskOf(t, owners[6], 5).wrapped()},
		{"EIP-7702 account", wallets.delegating(t, owners[7])},
	} {
		was := wallets.deployed(c.w)
		u.give(price, c.w.address)
		p := c.w.pays(t, s.quote(1))
		a := s.insist(p, i)
		if a.status != 200 || s.allotments(t, c.w.address) != 1 || s.usdc(t, c.w.address) != 0 {
			t.Errorf("%s: %d %s; %d allotments, %d of its money left", c.kind, a.status, a.body, s.allotments(t, c.w.address), s.usdc(t, c.w.address))
			continue
		}
		hash := common.HexToHash(s.reaches(p, "mined", "minted").Transaction)
		receipt, err := u.TransactionReceipt(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		tx, _, err := u.TransactionByHash(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		if deploys := strings.HasSuffix(c.kind, "new"); deploys != (tx.To() == nil) || was != (!deploys && c.kind != "key") {
			t.Errorf("%s: had code %t, transaction to %v", c.kind, was, tx.To())
		}
		if tx.Gas() > 2_000_000 {
			t.Errorf("%s: a limit of %d gas", c.kind, tx.Gas())
		}
		t.Logf("%-28s %d gas, of %d", c.kind, receipt.GasUsed, tx.Gas())
	}
	s.books(t, 0)
}

// TestAWalletThatCannotPayIsToldSoAndNothingIsSent has real factories do anything else than
// deploy the payer.
func TestAWalletThatCannotPayIsToldSoAndNothingIsSent(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	wallets := deploySmarts(t, u)
	s := newShop(t, u)
	s.launch(100)
	s.start()
	owners := newPayers(t, 8)
	safe := func(i int) *smart { return wallets.safeOf(t, owners[i], int64(i)).wrapped() }
	another, unlisted, read, stolen, forged, poor := safe(0), safe(1), safe(2), safe(3), safe(4), safe(5)
	another.call = safe(6).call
	unlisted.factory = common.HexToAddress("0xfac")
	read.call = crypto.Keccak256([]byte("proxyCreationCode()"))[:4]
	stolen.factory, stolen.call = usdcAddress, u.pack("transfer", owners[7].address, big.NewInt(price))
	forged.signs = func(digest common.Hash) []byte { return owners[7].ecdsa(t, digest[:]) }
	bare := wallets.safeOf(t, owners[6], 60)
	before, err := u.NonceAt(t.Context(), u.accounts[sender], nil)
	if err != nil {
		t.Fatal(err)
	}
	u.give(price, u.accounts[sender]) // what a stolen call would take
	for name, c := range map[string]struct {
		w     *smart
		words string
	}{
		"the call deploys another wallet": {another, "deploys no wallet at the payer's address"},
		"a factory that is not listed":    {unlisted, "eip6492_factory_not_allowed"},
		"the call reads":                  {read, "deploys no wallet at the payer's address"},
		"the call is a transfer":          {stolen, "eip6492_factory_not_allowed"},
		"another key signed":              {forged, "signature"},
		"the signature is not wrapped":    {bare, "signature"},
	} {
		u.give(price, c.w.address)
		if a, err := s.present(c.w.pays(t, s.quote(1)), 2); err != nil || a.status != 402 || !strings.Contains(string(a.body), c.words) {
			t.Errorf("%s: %d %s, %v", name, a.status, a.body, err)
		}
	}
	if a, err := s.present(poor.pays(t, s.quote(1)), 2); err != nil || a.status != 402 || !strings.Contains(string(a.body), "insufficient_balance") {
		t.Errorf("no money: %d %s, %v", a.status, a.body, err)
	}
	after, err := u.NonceAt(t.Context(), u.accounts[sender], nil)
	if err != nil || after != before {
		t.Errorf("%d transactions were sent, %v", after-before, err)
	}
	if got := s.usdc(t, owners[7].address); got != 0 {
		t.Errorf("the thief has %d", got)
	}
}

// TestANewSafeMintsAsItsFirstActThroughAKillAndAReorg kills the server while the transaction
// that deploys the wallet is in the pool, and takes its block away afterwards.
func TestANewSafeMintsAsItsFirstActThroughAKillAndAReorg(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvilOf(t, 1, 8))
	wallets := deploySmarts(t, u)
	s := newShop(t, u)
	s.launch(100)
	s.flags = append(s.flags, "--wait", "2s")
	s.start()
	owners := newPayers(t, 4)
	w := wallets.safeOf(t, owners[0], 1).wrapped()
	u.give(2*price, w.address)
	u.give(price, addresses(owners[1:])...)
	u.mineMany(5) // the reorg leaves the payers their money
	others := s.payments(owners[1:], 1)
	p := w.pays(t, s.quote(1))

	u.stop()
	if a, err := s.present(p, 2); err != nil || a.status != 202 {
		t.Fatalf("%d %s, %v", a.status, a.body, err)
	}
	s.reaches(p, "minting")
	s.server.signal(syscall.SIGKILL)
	<-s.server.done
	u.forget() // the node has lost the transaction too
	s.start()
	for _, o := range others {
		if a, err := s.present(o, 1); err != nil || a.status != 202 {
			t.Fatalf("%d %s, %v", a.status, a.body, err)
		}
	}
	u.resume()
	s.reaches(p, "mined", "minted")
	if !wallets.deployed(w) || s.allotments(t, w.address) != 1 {
		t.Fatalf("deployed %t, %d allotments", wallets.deployed(w), s.allotments(t, w.address))
	}
	u.stop()
	u.reorg(3)
	if wallets.deployed(w) {
		t.Fatal("the reorg left the wallet")
	}
	u.resume()
	for _, o := range append(others, p) {
		s.insist(o, 2)
		s.reaches(o, "minted")
	}
	if !wallets.deployed(w) || s.allotments(t, w.address) != 1 || s.usdc(t, w.address) != price {
		t.Errorf("deployed %t, %d allotments, %d of its money left", wallets.deployed(w), s.allotments(t, w.address), s.usdc(t, w.address))
	}
	if events := s.minted(t)[p.id]; len(events) != 1 {
		t.Errorf("minted %d times", len(events))
	}
	s.books(t, 0)
}
