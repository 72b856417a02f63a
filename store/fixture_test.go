package store_test

import (
	"context"
	"encoding/binary"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const chainID = 84532

var (
	ctx   = context.Background()
	usdc  = common.HexToAddress("0x036CbD53842c5426634e7929541eC2318f3dCF7e")
	rich  = mint.Credit{Balance: big.NewInt(1_000_000_000_000)}
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	price = int64(1_000_000)
)

// open opens a new database in a file of the test's own.
func open(t testing.TB) *store.Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "orders.db"))
}

func openAt(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Now = frozen
	t.Cleanup(func() { s.Close() })
	return s.On(chainID)
}

func frozen() time.Time { return noon }

// sale opens a database with one launch of a given cap.
func sale(t testing.TB, cap int64) *store.Store {
	t.Helper()
	s := open(t)
	must(t, s.SaveLaunch(ctx, launch("ping", cap)))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// take is must for two results.
func take[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func digest(words ...any) common.Hash {
	var b []byte
	for _, w := range words {
		switch w := w.(type) {
		case string:
			b = append(b, w...)
		case int:
			b = binary.BigEndian.AppendUint64(b, uint64(w))
		case uint64:
			b = binary.BigEndian.AppendUint64(b, w)
		}
		b = append(b, 0)
	}
	return crypto.Keccak256Hash(b)
}

func address(words ...any) common.Address {
	return common.BytesToAddress(digest(words...).Bytes()[:20])
}

func launch(slug string, cap int64) mint.Launch {
	return mint.Launch{
		Slug: slug, Description: "a token", Image: "https://example.org/i.png",
		ChainID: chainID, Token: address("token", slug), DeployedAt: 3,
		Asset: x402.Asset{Address: usdc, Symbol: "USDC", Name: "USDC", Version: "2", Decimals: 6},
		Name:  "Ping", Symbol: "PING", ContractURI: "https://example.org/c.json",
		Price: big.NewInt(price), Allotment: new(big.Int).Exp(big.NewInt(10), big.NewInt(22), nil), Cap: cap, Limit: cap,
		OpensAt: noon.Add(-time.Hour), ClosesAt: time.Time{},
		Treasury: address("treasury"), Owner: address("owner"), Minter: address("minter"),
	}
}

// order is what payer number p offers with their payment nonce number n.
func order(slug string, p, n int, quantity int64) mint.Order {
	payer, nonce := address("payer", p), digest("nonce", p, n)
	value := big.NewInt(quantity * price)
	return mint.Order{
		ID: mint.NewPaymentID(chainID, usdc, payer, nonce), Launch: slug, Payer: payer, Quantity: quantity, Value: value,
		Authorization: x402.Authorization{
			From: payer, To: address("token", slug), Value: value,
			ValidAfter: new(big.Int), ValidBefore: big.NewInt(noon.Add(time.Hour).Unix()), Nonce: nonce,
		},
		Signature: append(digest("signature", p, n).Bytes(), 27),
		CreatedAt: noon,
	}
}

func claim(t testing.TB, s *store.Store, o mint.Order) mint.Order {
	t.Helper()
	claimed, isNew, err := s.Claim(ctx, o, rich)
	must(t, err)
	if !isNew {
		t.Fatalf("claim of %s is not new", o.ID)
	}
	return *claimed
}

// credit is a balance, and any number of orders.
func credit(balance *big.Int) mint.Credit { return mint.Credit{Balance: balance} }

// block is the one of a number on a branch of the chain.
func block(number uint64, branch string) mint.Block {
	return mint.Block{Number: number, Hash: digest("block", branch, number), Time: noon.Add(time.Duration(number) * 2 * time.Second)}
}

// event is one about an order in a block.
func event(kind mint.EventKind, o mint.Order, b mint.Block, logIndex uint) mint.Event {
	e := mint.Event{
		Kind: kind, Token: address("token", o.Launch), ID: o.ID, Payer: o.Payer, Quantity: o.Quantity, Amount: o.Value,
		At: mint.Mark{Block: b.Number, BlockHash: b.Hash, LogIndex: logIndex, Tx: digest("tx", b.Hash.Hex(), int(logIndex))},
	}
	if kind == mint.EventSettled {
		e.Nonce = o.Authorization.Nonce
	}
	return e
}

// advance goes from a block that the chain shares to a head, with events.
func advance(t testing.TB, s *store.Store, from uint64, head mint.Block, final mint.Block, events ...mint.Event) []mint.PaymentID {
	t.Helper()
	return take[[]mint.PaymentID](t)(s.Advance(ctx, mint.Advance{RevertTo: from, Events: events, Head: head, Final: final}))
}

func read(t testing.TB, s *store.Store, id mint.PaymentID) mint.Order {
	t.Helper()
	return take[mint.Order](t)(s.Order(ctx, id))
}

// wants checks an order's state.
func wants(t testing.TB, s *store.Store, id mint.PaymentID, state mint.State) mint.Order {
	t.Helper()
	o := read(t, s, id)
	if o.State() != state {
		t.Fatalf("order is %s (%s), not %s", o.State(), o.Reason(), state)
	}
	return o
}

// counts checks a launch's counters.
func counts(t testing.TB, s *store.Store, slug string, sold, reserved int64) {
	t.Helper()
	l := take[mint.Launch](t)(s.Launch(ctx, slug))
	if l.Sold != sold || l.Reserved != reserved {
		t.Fatalf("launch %s has sold %d and reserved %d, not %d and %d", slug, l.Sold, l.Reserved, sold, reserved)
	}
}

var sender = address("sender")

// transaction is a signed one that carries orders.
func transaction(kind mint.TransactionKind, accountNonce uint64, orders ...mint.Order) mint.Transaction {
	tx := mint.Transaction{Kind: kind, Launch: orders[0].Launch, Sender: sender, AccountNonce: accountNonce, Attempts: []mint.Attempt{attempt(accountNonce, 0)}}
	for _, o := range orders {
		tx.Orders = append(tx.Orders, o.ID)
	}
	return tx
}

func attempt(accountNonce uint64, n int) mint.Attempt {
	return mint.Attempt{
		Hash: digest("attempt", accountNonce, n), Raw: digest("raw", accountNonce, n).Bytes(),
		FeeCap: big.NewInt(int64(1000 + n)), TipCap: big.NewInt(int64(10 + n)), Block: 7, CreatedAt: noon,
	}
}

func carry(t testing.TB, s *store.Store, tx mint.Transaction) int64 {
	t.Helper()
	return take[int64](t)(s.Carry(ctx, tx))
}

// landed is the receipt of a transaction's first attempt in a block.
func landed(accountNonce uint64, b mint.Block) mint.TxResult {
	return mint.TxResult{At: mint.Mark{Block: b.Number, BlockHash: b.Hash, Tx: attempt(accountNonce, 0).Hash}}
}
