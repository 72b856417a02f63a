package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// mostGas is what one transaction may use (EIP-7825).
const mostGas = 16_777_216

// TestAnAccountWithTwentyThousandMintsKeepsNobodyWaiting is a measurement: `make
// history` runs it. MINT402_HISTORY says how many mints the account has.
//
// The server is killed while it folds the account's history, and so is the command
// that refunds it. Both go on with the parts that are left.
func TestAnAccountWithTwentyThousandMintsKeepsNobodyWaiting(t *testing.T) {
	measured(t, "history")
	n := number(t, "MINT402_HISTORY", 20_000)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 3)
	busy, other, third := payers[0], payers[1], payers[2]
	u.give(int64(n+10)*price, busy.address)
	u.give(price, other.address, third.address)
	s := newShop(t, u)
	pool, refused := startProvider(t, u.anvil, ""), 0
	pool.misbehave(pooled(&refused))
	killer := &killer{}
	pool.misbehave(killer.fault())
	s.rpc = pool.url
	s.launch(int64(n + 1000))
	s.start()
	q := s.quote(1)
	began := time.Now()
	s.mintMany(t, busy, n)
	minting := took(began)
	until(t, "the server has read them all", func() bool {
		a, err := ask(s.url+"/launches/ping", "", "")
		return err == nil && bytes.Contains(a.body, fmt.Appendf(nil, `"mints":%d`, n))
	})
	reading := took(began)
	t.Logf("%d mints of one account in %v, read after %v", n, minting, reading)

	// A stranger submits a payment of it, and those of two others.
	parts := (n - 1) / mint.FoldSize
	killer.aim((parts+1)/2, s.server)
	late := busy.sign(t, q, 1)
	others := []payment{other.sign(t, q, 1), third.sign(t, q, 1)}
	began = time.Now()
	for _, p := range append([]payment{late}, others...) {
		u.submit(p)
	}
	if parts > 0 {
		until(t, "the server dies as it folds", s.server.ended)
		s.start()
	}
	bought := s.buysOf("ping")
	for _, p := range others {
		if a := s.insist(p, 2); a.status != 200 {
			t.Errorf("a second payer: %d %s", a.status, a.body)
		}
	}
	waited := took(began)
	if a := s.insist(late, 2); a.status != 200 {
		t.Errorf("the busy payer: %d %s", a.status, a.body)
	}
	minted := took(began)
	for _, p := range others {
		if at, lateAt := s.block(t, p), s.block(t, late); at > lateAt {
			t.Errorf("a second payer was minted in block %d, after the busy one in block %d", at, lateAt)
		}
	}
	folds := s.folds(t, late.id)
	folds.judge(t, parts)

	// One and a half times the price buys nothing, and goes back.
	odd := q
	odd.Requirement.Amount = big.NewInt(price * 3 / 2)
	back := busy.sign(t, odd, 1)
	had := u.balance(t, busy)
	u.submit(back)
	until(t, "the odd payment has reached the launch", func() bool { return u.balance(t, busy) == had-price*3/2 })
	u.advance(3)
	began = time.Now()
	command := []string{"refund", back.id.Hex(), "--token", s.token.Hex(), "--rpc", pool.url, "--db", s.db, "--yes"}
	if parts = n / mint.FoldSize; parts > 0 {
		interrupted := killer.start((parts+1)/2, func() *process { return start(t, []string{"MINT402_KEY=" + s.owner}, program, command...) })
		until(t, "the refund dies as it folds", interrupted.ended)
		u.advance(2) // what it sent is mined
	}
	run(t, []string{"MINT402_KEY=" + s.owner}, program, command...)
	if got := u.balance(t, busy); got != had {
		t.Errorf("after the refund the busy payer has %d, before the payment it had %d", got, had)
	}
	refunded := took(began)
	more := s.folds(t, back.id)
	more.judge(t, parts)
	if refused > 0 {
		t.Errorf("%d transactions were larger than pools take", refused)
	}
	s.audit(t, price, others)
	s.books(t, 0)
	t.Logf("an account with %d mints: minted %v after the submission by %s, a kill -9 included; others beside it minted in %v, a new payer in %v; refunded in %v by %s, a kill -9 included",
		n, minted, folds, waited, bought, refunded, more)
}

// killer kills a process as it broadcasts a fold.
type killer struct {
	mu     sync.Mutex
	victim *process
	left   int
	seen   map[common.Hash]bool
}

var foldSelector = crypto.Keccak256([]byte("fold(bytes32,bytes32,bytes32[])"))[:4]

func (k *killer) fault() *fault {
	return sending(func(x *exchange, m *message) *message {
		tx := m.transaction()
		k.mu.Lock()
		defer k.mu.Unlock()
		if bytes.HasPrefix(tx.Data(), foldSelector) && !k.seen[tx.Hash()] {
			k.seen[tx.Hash()] = true
			if k.left--; k.left == 0 {
				k.victim.signal(syscall.SIGKILL)
			}
		}
		return nil
	})
}

// aim has a process killed at the n-th fold from now on.
func (k *killer) aim(n int, victim *process) {
	k.start(n, func() *process { return victim })
}

// start starts a process that is killed at the n-th fold.
func (k *killer) start(n int, victim func() *process) *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.victim, k.left, k.seen = victim(), n, map[common.Hash]bool{}
	return k.victim
}

// folds are the transactions that folded a history for one payment.
type folds struct {
	transactions int
	gas, most    uint64
	bytes        uint64 // of the largest
	reverted     int
}

func (f folds) String() string {
	return fmt.Sprintf("%d folds of at most %d gas and %d bytes, %d gas in all", f.transactions, f.most, f.bytes, f.gas)
}

// judge wants each part folded once, within the bounds of a transaction.
func (f folds) judge(t *testing.T, parts int) {
	t.Helper()
	if f.transactions != parts || f.reverted > 0 {
		t.Errorf("%d folds, of which %d reverted, for %d parts", f.transactions, f.reverted, parts)
	}
	if f.most > mostGas || f.bytes > poolBytes {
		t.Errorf("a fold took %d gas, or %d bytes", f.most, f.bytes)
	}
}

// folds looks through the whole chain for those of a payment.
func (s *shop) folds(t *testing.T, id common.Hash) (found folds) {
	t.Helper()
	ctx := context.Background()
	newest, err := s.BlockNumber(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for at := uint64(0); at <= newest; at++ {
		b, err := s.BlockByNumber(ctx, new(big.Int).SetUint64(at))
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.Transactions() {
			if tx.To() == nil || *tx.To() != s.token || !bytes.HasPrefix(tx.Data(), append(slices.Clone(foldSelector), id[:]...)) {
				continue
			}
			r, err := s.TransactionReceipt(ctx, tx.Hash())
			if err != nil {
				t.Fatal(err)
			}
			found.transactions++
			found.gas += r.GasUsed
			found.most, found.bytes = max(found.most, r.GasUsed), max(found.bytes, tx.Size())
			if r.Status != types.ReceiptStatusSuccessful {
				found.reverted++
			}
		}
	}
	return found
}

// block is the one that a payment was minted in.
func (s *shop) block(t *testing.T, p payment) uint64 {
	t.Helper()
	r, err := s.TransactionReceipt(context.Background(), common.HexToHash(s.order(p).Transaction))
	if err != nil {
		t.Fatal(err)
	}
	return r.BlockNumber.Uint64()
}

func (u *usdc) balance(t *testing.T, p payer) int64 {
	return (&ledger{Client: u.Client}).usdc(t, p.address)
}

// mintMany mints n payments of one account by transactions of a stranger's, past
// the server.
func (s *shop) mintMany(t *testing.T, of payer, n int) {
	t.Helper()
	key, err := crypto.HexToECDSA(strings.TrimPrefix(s.chain.newKey(t), "0x"))
	if err != nil {
		t.Fatal(err)
	}
	q := s.quote(1)
	launch, sent := bindings.NewLaunch(), []common.Hash{}
	left := make([]struct{}, n)
	for part := range slices.Chunk(left, 150) {
		payments := make([]bindings.Payment, len(part))
		for i := range payments {
			p := of.sign(t, q, 1)
			payments[i] = bindings.Payment{Payer: of.address, Quantity: big.NewInt(1), ValidAfter: p.authorization.ValidAfter,
				ValidBefore: p.authorization.ValidBefore, Nonce: p.authorization.Nonce, Signature: p.signature}
		}
		sent = append(sent, s.chain.sign(t, key, uint64(len(sent)), s.token, launch.PackMintBatch(payments, big.NewInt(int64(len(payments))), new(big.Int))))
		if len(sent)%5 == 0 {
			s.chain.succeeds(t, sent[len(sent)-5:]...)
		}
	}
	s.chain.succeeds(t, sent...)
	until(t, "the account has them all", func() bool { return s.allotments(t, of.address) == int64(n) })
}

// sign sends a transaction of a key's with as much gas as one may have.
func (a *anvil) sign(t *testing.T, key *ecdsa.PrivateKey, accountNonce uint64, to common.Address, input []byte) common.Hash {
	t.Helper()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{ChainID: big.NewInt(chainID),
		Nonce: accountNonce, To: &to, Gas: mostGas, GasFeeCap: gweis(1000), GasTipCap: gweis(1), Data: input})
	if err == nil {
		err = a.SendTransaction(context.Background(), tx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tx.Hash()
}

// succeeds waits until transactions are mined, and is sure that all succeeded.
func (a *anvil) succeeds(t *testing.T, hashes ...common.Hash) {
	t.Helper()
	for _, hash := range hashes {
		var r *types.Receipt
		until(t, "transaction "+hash.Hex()+" is mined", func() (mined bool) {
			got, err := a.TransactionReceipt(context.Background(), hash)
			r = got
			return err == nil
		})
		if r.Status != types.ReceiptStatusSuccessful {
			t.Fatalf("transaction %s reverted", hash)
		}
	}
}
