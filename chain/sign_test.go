package chain_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func gwei(n int64) *big.Int { return big.NewInt(n * 1e9) }

func TestAResignedTransactionReplacesTheFirst(t *testing.T) {
	w := newWorld(t)
	orders := w.honest(2)
	first, err := w.c.SignBatch(w.ctx, w.launch, orders, w.sender, 0, gwei(3), gwei(1))
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.c.Resign(w.ctx, first, w.sender, gwei(5), gwei(2))
	if err != nil {
		t.Fatal(err)
	}
	a, b := decode(t, first), decode(t, second)
	if a.Nonce() != b.Nonce() || a.Gas() != b.Gas() || *a.To() != *b.To() || string(a.Data()) != string(b.Data()) {
		t.Error("a resigned transaction does something else")
	}
	if first.Hash == second.Hash || second.FeeCap.Cmp(gwei(5)) != 0 || second.TipCap.Cmp(gwei(2)) != 0 ||
		b.GasFeeCap().Cmp(gwei(5)) != 0 || b.GasTipCap().Cmp(gwei(2)) != 0 {
		t.Errorf("the second attempt is %+v", second)
	}
	for _, attempt := range []mint.Attempt{first, second} {
		if err := w.c.Send(w.ctx, attempt.Raw); err != nil {
			t.Fatal(err)
		}
	}
	w.mine()
	receipts, err := w.c.Receipts(w.ctx, []common.Hash{first.Hash, second.Hash})
	if err != nil {
		t.Fatal(err)
	}
	if receipts[0] != nil || receipts[1] == nil || len(receipts[1].Minted) != 2 {
		t.Errorf("receipts are %+v", receipts)
	}
	w.expect(minted(orders[0]), minted(orders[1]))
	if err := w.c.Send(w.ctx, first.Raw); err == nil || !strings.Contains(err.Error(), "nonce too low") {
		t.Errorf("sending the first again: %v", err)
	}
}

func TestABatchIsEncodedAsTheBindingsDo(t *testing.T) {
	w := newWorld(t)
	r := rand.New(rand.NewPCG(4, 2))
	number := func() *big.Int { // of 0 to 256 bits
		b := make([]byte, r.IntN(33))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return new(big.Int).SetBytes(b)
	}
	for range 200 {
		var orders []mint.Order
		var payments []bindings.Payment
		codeless := new(big.Int)
		for i := range 1 + r.IntN(12) {
			o := w.order(w.key(), r.Int64N(1<<40))
			o.Codeless = r.IntN(2) == 0
			if o.Codeless {
				codeless.SetBit(codeless, i, 1)
			}
			o.Authorization.ValidAfter, o.Authorization.ValidBefore = number(), number()
			o.Signature = make([]byte, r.IntN(200))
			for i := range o.Signature {
				o.Signature[i] = byte(r.Uint32())
			}
			orders, payments = append(orders, o), append(payments, payment(o))
		}
		a, err := w.c.SignBatch(w.ctx, w.launch, orders, w.sender, 0, gwei(2), gwei(1))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := decode(t, a).Data(), tokenABI.PackMintBatch(payments, new(big.Int), codeless); !bytes.Equal(got, want) {
			t.Fatalf("%d orders: encoded\n%x, the bindings encode\n%x", len(orders), got, want)
		}
	}
	o := w.order(w.key(), 1)
	for _, n := range []*big.Int{big.NewInt(-1), new(big.Int).Lsh(big.NewInt(1), 256)} {
		o.Authorization.ValidBefore = n
		if _, err := w.c.SignBatch(w.ctx, w.launch, []mint.Order{o}, w.sender, 0, gwei(2), gwei(1)); err == nil || !strings.Contains(err.Error(), "is no uint256") {
			t.Errorf("%s: %v", n, err)
		}
	}
}

func decode(t *testing.T, a mint.Attempt) *types.Transaction {
	t.Helper()
	var tx types.Transaction
	if err := tx.UnmarshalBinary(a.Raw); err != nil {
		t.Fatal(err)
	}
	if tx.Hash() != a.Hash || tx.Type() != types.DynamicFeeTxType || tx.ChainId().Uint64() != devnet.ChainID {
		t.Errorf("hash %s, type %d, chain %s", tx.Hash(), tx.Type(), tx.ChainId())
	}
	return &tx
}

func TestSendingTheSameTwiceIsOneTransaction(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Errorf("a node that has it already: %v", err)
	}
	w.mine()
	if r := w.receipt(a.Hash); len(r.Minted) != 1 {
		t.Errorf("receipt is %+v", r)
	}
}

func TestReceiptsComeInTheOrderAskedAndAreNilForWhatIsNotMined(t *testing.T) {
	w := newWorld(t)
	orders := w.honest(2)
	done := w.attempt(orders[0])
	if err := w.c.Send(w.ctx, done.Raw); err != nil {
		t.Fatal(err)
	}
	block := w.mine()
	waiting := w.attempt(orders[1])
	if err := w.c.Send(w.ctx, waiting.Raw); err != nil {
		t.Fatal(err)
	}
	receipts, err := w.c.Receipts(w.ctx, []common.Hash{random(), waiting.Hash, done.Hash})
	if err != nil {
		t.Fatal(err)
	}
	if receipts[0] != nil || receipts[1] != nil || receipts[2] == nil {
		t.Fatalf("receipts are %v", receipts)
	}
	at := receipts[2].At
	if at.Block != block.Number || at.BlockHash != block.Hash || at.Tx != done.Hash {
		t.Errorf("mined at %+v, want %+v", at, block)
	}
}

func TestABatchThatRevertsSaysSo(t *testing.T) {
	w := newWorld(t)
	a := w.attempt(w.honest(1)...)
	w.do(func() error { _, err := w.c.Pause(w.ctx, w.launch.Token, w.owner); return err })
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	if r := w.receipt(a.Hash); !r.Reverted || len(r.Minted)+len(r.Skipped) != 0 {
		t.Errorf("receipt is %+v", r)
	}
	if _, err := w.c.Wait(w.ctx, a.Hash); err == nil || !strings.Contains(err.Error(), "reverted") {
		t.Errorf("waiting for it: %v", err)
	}
}

func TestAnItemThatTheGasDidNotReachIsNeitherMintedNorSkipped(t *testing.T) {
	alloc := burnerAlloc(20)
	w := newWorldWith(t, alloc)
	orders := append(burners(w, alloc), w.honest(1)...)
	r := w.batch(orders...)
	last := orders[len(orders)-1].ID
	if _, skipped := r.Skipped[last]; r.Reverted || len(r.Minted) != 0 || skipped || len(r.Skipped) == 0 {
		t.Errorf("minted %d, skipped %d", len(r.Minted), len(r.Skipped))
	}
}

func TestSkippedCountsOnlyInATransactionOfOurs(t *testing.T) {
	w := newWorld(t)
	poor := w.order(w.key(), 1)
	w.mine()
	input := tokenABI.PackMintBatch([]bindings.Payment{payment(poor)}, new(big.Int), new(big.Int))
	if r := w.receipt(w.mined(w.stranger, w.launch.Token, input)); len(r.Skipped) != 1 {
		t.Fatalf("receipt is %+v", r)
	}
	if r := w.receipt(w.mined(w.stranger, devnet.Multicall3, through(callOf(w.launch.Token, input)))); len(r.Skipped) != 0 {
		t.Errorf("receipt is %+v", r)
	}
}

func TestTooManyOrdersOrAnUnknownKeyAreRefused(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.key(), 1)
	many := make([]mint.Order, chain.MaxBatch+1)
	for i := range many {
		many[i] = o
	}
	if _, err := w.c.SignBatch(w.ctx, w.launch, many, w.sender, 0, gwei(2), gwei(1)); err == nil {
		t.Error("signed a batch above MaxBatch")
	}
	if _, err := w.c.SignBatch(w.ctx, w.launch, many[:1], w.treasury, 0, gwei(2), gwei(1)); err == nil {
		t.Error("signed without a key")
	}
	if _, err := w.c.SignBatch(w.ctx, w.launch, many[:1], w.sender, 0, gwei(1), gwei(2)); err == nil {
		t.Error("signed a tip above the fee cap")
	}
	// Even with the longest signatures, no transaction asks for more than EIP-7825 allows.
	o.Signature = make([]byte, 2048)
	for i := range many {
		many[i] = o
	}
	if gas := chain.BatchGas(many[:chain.MaxBatch]); gas != 1<<24 {
		t.Errorf("gas limit is %d", gas)
	}
}

func TestKeysPrintAsAccounts(t *testing.T) {
	var keys chain.Keys
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	account := keys.Add(key)
	secret := fmt.Sprintf("%x", crypto.FromECDSA(key))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		printed := fmt.Sprintf(format, keys)
		if !strings.Contains(printed, account.Hex()) || strings.Contains(strings.ToLower(printed), secret) ||
			strings.Contains(printed, new(big.Int).SetBytes(crypto.FromECDSA(key)).String()) {
			t.Errorf("%s prints %s", format, printed)
		}
	}
	for _, good := range []string{secret, "0x" + secret, " " + secret + "\n"} {
		if parsed, err := chain.ParseKey(good); err != nil || !parsed.Equal(key) {
			t.Errorf("a key is not read: %v", err)
		}
	}
	for _, bad := range []string{"", "0x", secret[1:], secret + "00", "zz" + secret[2:]} {
		if _, err := chain.ParseKey(bad); err == nil || (len(bad) > 2 && strings.Contains(err.Error(), bad[2:])) {
			t.Errorf("error is %v", err)
		}
	}
}

// liar is a signer that returns a signature, whatever it is to sign.
type liar struct {
	chain.Signer
	returns func(honest []byte) []byte
}

func (l liar) Sign(ctx context.Context, id *big.Int, tx *types.Transaction) ([]byte, error) {
	honest, err := l.Signer.Sign(ctx, id, tx)
	return l.returns(honest), err
}

// keyed is a signer with a key.
type keyed struct{ key *ecdsa.PrivateKey }

func (k keyed) Address() common.Address { return crypto.PubkeyToAddress(k.key.PublicKey) }

func (k keyed) String() string { return "clef+http://signer" }

func (k keyed) Sign(_ context.Context, id *big.Int, tx *types.Transaction) ([]byte, error) {
	return crypto.Sign(types.LatestSignerForChainID(id).Hash(tx).Bytes(), k.key)
}

func TestOnlyASignatureOfOurTransactionByOurAccountIsUsed(t *testing.T) {
	w := newWorld(t)
	honest := keyed{w.keys[w.sender]}
	for what, lie := range map[string]func([]byte) []byte{
		"": func(s []byte) []byte { return s },
		"is in the upper half": func(s []byte) []byte {
			n := new(big.Int).SetBytes(s[32:64])
			n.Sub(crypto.S256().Params().N, n).FillBytes(s[32:64])
			s[64] ^= 1
			return s
		},
		"not of":      func([]byte) []byte { s, _ := crypto.Sign(make([]byte, 32), honest.key); return s },
		"64 bytes":    func(s []byte) []byte { return s[:64] },
		"recovery id": func(s []byte) []byte { s[64] += 27; return s },
		"r, s or":     func([]byte) []byte { return make([]byte, 65) },
	} {
		w.c.Keys.AddSigner(liar{honest, lie})
		a, err := w.c.SignBatch(w.ctx, w.launch, w.honest(1), w.sender, 0, gwei(2), gwei(1))
		if what == "" {
			if err != nil {
				t.Error(err)
			}
		} else if err == nil || a.Raw != nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "clef+http://signer") {
			t.Errorf("%s: %x, %v", what, a.Raw, err)
		}
	}
}
