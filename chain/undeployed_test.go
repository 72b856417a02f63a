package chain_test

import (
	"bytes"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/creation"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Code of wallets. says accepts every signature, denies none.
var (
	says   = common.FromHex("0x631626ba7e60e01b5f5260205ff3")
	denies = common.FromHex("0x60205ff3")
)

// creates returns the creation code of a short runtime code.
func creates(runtime []byte) []byte {
	return append([]byte{0x60, byte(len(runtime)), 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3}, runtime...)
}

// newWallet returns the address of a wallet that is not deployed yet, and the call of the
// factory that deploys it. The factory of these tests is the canonical CREATE2 deployer.
func newWallet(creation []byte, n int) (common.Address, x402.Wrapped) {
	salt := common.BigToHash(big.NewInt(int64(n)))
	return crypto.CreateAddress2(chain.Create2Deployer, salt, crypto.Keccak256(creation)),
		x402.Wrapped{Factory: chain.Create2Deployer, Call: append(salt[:], creation...), Signature: []byte{1, 2, 3}}
}

// undeployed is a payment of a wallet that is not deployed yet and has money.
func (w *world) undeployed(creation []byte, n int) mint.Order {
	w.t.Helper()
	a, wrapped := newWallet(creation, n)
	return w.wrapped(a, wrapped)
}

// wrapped is a payment of an account, with a wrapped signature.
func (w *world) wrapped(a common.Address, wrapped x402.Wrapped) mint.Order {
	w.t.Helper()
	w.give(a, usdc(1))
	o := w.order(a, 1)
	o.Codeless, o.Signature = false, x402.Wrap(wrapped)
	return o
}

func TestAWalletThatIsNotDeployedMintsInTheTransactionThatDeploysIt(t *testing.T) {
	w := newWorld(t)
	w.batch(w.honest(1)...)
	o := w.undeployed(creates(says), 1)
	w.mine()
	w.expectAnything()
	hold(t, w.simulate(o), "")
	a := w.attempt(o)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	r, used := w.receipt(a.Hash), w.used(a.Hash)
	if r.Reverted || len(r.Minted) != 1 || r.Minted[0] != o.ID || len(r.Skipped) != 0 || r.Burned != nil {
		t.Fatalf("%+v", r)
	}
	w.expect(minted(o))
	if there, err := w.c.HasCode(w.ctx, o.Payer); err != nil || !there {
		t.Errorf("the wallet has code: %t, %v", there, err)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(a.Raw); err != nil {
		t.Fatal(err)
	}
	created := crypto.CreateAddress(w.sender, tx.Nonce())
	if there, err := w.c.HasCode(w.ctx, created); err != nil || there {
		t.Errorf("the transaction left code at %s: %v", created, err)
	}
	t.Logf("%d gas of %d, with the deployment of a wallet of %d bytes", used, tx.Gas(), len(says))

	// It pays again, wrapped or not, and is not deployed again.
	again, bare := w.undeployed(creates(says), 1), w.order(o.Payer, 1)
	bare.Codeless = false
	w.give(o.Payer, usdc(1))
	w.mine()
	hold(t, w.simulate(again, bare), "", "")
	if r := w.batch(again, bare); len(r.Minted) != 2 {
		t.Errorf("%+v", r)
	}
}

// expectAnything reads the events so far, of whatever kind.
func (w *world) expectAnything() { w.events() }

func TestAFactoryCallThatFailsCostsTheOthersNothing(t *testing.T) {
	w := newWorld(t)
	w.batch(w.honest(1)...)
	ends := w.undeployed(common.FromHex("0x5b5f56"), 1) // creation code that never ends
	bomb := w.undeployed(common.FromHex("0x621000005ffd"), 2)
	other, wrapped := newWallet(creates(says), 3)
	wrong := w.wrapped(common.BigToAddress(big.NewInt(77)), wrapped) // deploys another wallet
	no := w.undeployed(creates(denies), 4)
	good := []mint.Order{w.undeployed(creates(says), 5), w.undeployed(creates(says), 6)}
	orders := slices.Concat(w.honest(3), []mint.Order{ends, bomb}, good, []mint.Order{wrong, no}, w.honest(3))
	const lost = "the call of the factory deploys no wallet"
	hold(t, w.simulate(orders...), "", "", "", lost, lost, "", "", lost, "invalid signature", "", "", "")
	a := w.attempt(orders...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	r := w.receipt(a.Hash)
	if r.Reverted || len(r.Minted) != 8 || len(r.Skipped) != 4 || len(r.ByCode) != 4 || r.Burned == nil {
		t.Fatalf("%d minted, %d skipped, %d for their code, burned %v, reverted %t", len(r.Minted), len(r.Skipped), len(r.ByCode), r.Burned, r.Reverted)
	}
	for _, o := range []mint.Order{ends, bomb, wrong, no} {
		if r.Skipped[o.ID] == "" || w.balance(o.Payer).Cmp(usdc(1)) != 0 {
			t.Errorf("%s: %q, and it has %s", o.Payer, r.Skipped[o.ID], w.balance(o.Payer))
		}
	}
	if there, err := w.c.HasCode(w.ctx, other); err != nil || !there {
		t.Errorf("%t, %v", there, err)
	}
}

// TestNoCallOfAFactoryHasARight has calls that would take money, or pause the launch, if a key
// of ours made them.
func TestNoCallOfAFactoryHasARight(t *testing.T) {
	w := newWorld(t)
	w.give(w.sender, usdc(50))
	w.batch(w.honest(1)...)
	before := w.balance(w.sender)
	thief := w.key()
	var orders []mint.Order
	for i, call := range []x402.Wrapped{
		{Factory: w.launch.Asset.Address, Call: usdcABI.PackTransfer(thief, usdc(50)), Signature: []byte{1}},
		{Factory: w.launch.Asset.Address, Call: usdcABI.PackApprove(thief, usdc(50)), Signature: []byte{1}},
		{Factory: w.launch.Token, Call: tokenABI.PackPause(), Signature: []byte{1}},
		{Factory: w.launch.Token, Call: tokenABI.PackSetMinter(thief), Signature: []byte{1}},
		{Factory: w.launch.Token, Call: tokenABI.PackMintBatch(nil, big.NewInt(9), new(big.Int)), Signature: []byte{1}},
	} {
		orders = append(orders, w.wrapped(common.BigToAddress(big.NewInt(int64(0x1000+i))), call))
	}
	orders = append(orders, w.honest(1)...)
	r := w.batch(orders...)
	if len(r.Minted) != 1 || len(r.Skipped) != len(orders)-1 {
		t.Fatalf("%+v", r)
	}
	if w.balance(thief).Sign() != 0 || w.balance(w.sender).Cmp(before) != 0 {
		t.Errorf("the thief has %s, the sender %s of %s", w.balance(thief), w.balance(w.sender), before)
	}
	c, err := w.c.Conditions(w.ctx, w.launch, 0)
	if err != nil || c.Paused || c.Minter != w.minter {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestAWalletsOwnLogsAreNoMint has a wallet that logs, as it is deployed, that the launch minted
// for its payment and skipped another's.
func TestAWalletsOwnLogsAreNoMint(t *testing.T) {
	w := newWorld(t)
	honest := w.honest(1)
	id := w.order(w.stranger, 1).ID
	// PUSH32 … of three topics, LOG3; then it deploys no code.
	minted := crypto.Keccak256([]byte("Minted(bytes32,address,uint256)"))
	calls := crypto.Keccak256([]byte("Calls(address)"))
	log := slices.Concat([]byte{0x5f, 0x7f}, id[:], []byte{0x7f}, minted, common.FromHex("0x5f5fa3"), // its own Minted
		[]byte{0x30, 0x7f}, calls, common.FromHex("0x5f5fa2")) // names itself as the launch
	o := w.undeployed(append(log, creates(denies)...), 1)
	r := w.batch(append(honest, o)...)
	if len(r.Minted) != 1 || r.Minted[0] != honest[0].ID || len(r.Skipped) != 1 || r.Skipped[o.ID] == "" {
		t.Errorf("%+v", r)
	}
}

func TestABatchThatDeploysWalletsIsWithinEveryLimitAndHasTheGasThatItNeeds(t *testing.T) {
	w := newWorld(t)
	var queue []mint.Order
	for i := range 60 {
		creation := creates(says)
		if i%3 == 0 {
			creation = append(creation, make([]byte, 2000)...)
		}
		queue = append(queue, w.undeployed(creation, i))
		if i%7 == 0 {
			w.mine()
		}
	}
	w.mine()
	queue = append(queue, w.honest(10)...)
	w.batch(queue[len(queue)-1])
	queue = queue[:len(queue)-1]
	for batches := 0; len(queue) > 0; batches++ {
		n := w.c.Fits(queue)
		hold(t, w.simulate(queue[:n]...), make([]string, n)...)
		n = w.c.Fits(queue) // the gas of the deployments is known now
		hold(t, w.simulate(queue[:n]...), make([]string, n)...)
		a := w.attempt(queue[:n]...)
		var tx types.Transaction
		if err := tx.UnmarshalBinary(a.Raw); err != nil {
			t.Fatal(err)
		}
		if len(tx.Data()) > creation.MaxInput || tx.Gas() > params.MaxTxGas {
			t.Fatalf("%d bytes, %d gas", len(tx.Data()), tx.Gas())
		}
		if err := w.c.Send(w.ctx, a.Raw); err != nil {
			t.Fatal(err)
		}
		w.mine()
		r, used := w.receipt(a.Hash), w.used(a.Hash)
		if len(r.Minted) != n {
			t.Fatalf("%d of %d minted: %v", len(r.Minted), n, r.Skipped)
		}
		t.Logf("%d orders: %d bytes, %d gas of %d", n, len(tx.Data()), used, tx.Gas())
		queue = queue[n:]
	}
}

func TestAReplacementOfATransactionThatDeploysWalletsCallsTheSame(t *testing.T) {
	w := newWorld(t)
	o := w.undeployed(creates(says), 1)
	w.mine()
	a := w.attempt(o)
	again, err := w.c.Resign(w.ctx, a, w.sender, new(big.Int).Lsh(a.FeeCap, 1), new(big.Int).Lsh(a.TipCap, 1))
	if err != nil {
		t.Fatal(err)
	}
	var first, second types.Transaction
	if first.UnmarshalBinary(a.Raw) != nil || second.UnmarshalBinary(again.Raw) != nil || second.To() != nil ||
		!bytes.Equal(first.Data(), second.Data()) || first.Gas() != second.Gas() || first.Nonce() != second.Nonce() {
		t.Fatal("the replacement differs")
	}
	if err := w.c.Send(w.ctx, again.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	if r := w.receipt(again.Hash); len(r.Minted) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAPausedLaunchIsTheReasonForAWalletThatIsNotDeployed(t *testing.T) {
	w := newWorld(t)
	o := w.undeployed(creates(says), 1)
	w.mined(w.owner, w.launch.Token, tokenABI.PackPause())
	if reasons := w.simulate(o); !strings.Contains(reasons[0], "paused") {
		t.Error(reasons)
	}
	if r := w.batch(o); !r.Reverted || len(r.Minted) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestABatchOfNewWalletsCarriesTheirOwnSignatures has a wallet that accepts only signatures of
// three bytes: the length is the fourth word of isValidSignature's calldata.
func TestABatchOfNewWalletsCarriesTheirOwnSignatures(t *testing.T) {
	w := newWorld(t)
	three := slices.Concat(common.FromHex("0x604435600314600c575f5ffd5b"), says)
	o := w.undeployed(creates(three), 1)
	w.mine()
	hold(t, w.simulate(o), "")
	if r := w.batch(o); len(r.Minted) != 1 {
		t.Errorf("%+v", r)
	}
}
