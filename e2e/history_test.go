package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/bindings"
)

// TestAnAccountWithTwentyThousandMintsKeepsNobodyWaiting is a measurement: `make
// history` runs it. MINT402_HISTORY says how many mints the account has.
func TestAnAccountWithTwentyThousandMintsKeepsNobodyWaiting(t *testing.T) {
	begin(t)
	if os.Getenv("MINT402_LOAD") == "" {
		t.Skip("make history runs it")
	}
	n := number(t, "MINT402_HISTORY", 20_000)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 3)
	busy, other, third := payers[0], payers[1], payers[2]
	u.give(int64(n+10)*price, busy.address)
	u.give(price, other.address, third.address)
	s := newShop(t, u)
	pool, refused := startProvider(t, u.anvil, ""), 0
	pool.misbehave(pooled(&refused))
	s.rpc = pool.url
	s.launch(int64(n + 1000))
	s.start()
	q := s.quote(1)
	began := time.Now()
	s.mintMany(t, busy, n)
	t.Logf("%d mints of one account in %v", n, took(began))
	until(t, "the server has read them all", func() bool {
		a, err := ask(s.url+"/launches/ping", "", "")
		return err == nil && bytes.Contains(a.body, []byte(`"mints":`+big.NewInt(int64(n)).String()))
	})

	// A stranger submits a payment of it, and those of two others.
	late := busy.sign(t, q, 1)
	others := []payment{other.sign(t, q, 1), third.sign(t, q, 1)}
	u.submit(late)
	began = time.Now()
	for _, p := range others {
		u.submit(p)
	}
	for _, p := range others {
		if a := s.insist(p, 2); a.status != 200 {
			t.Errorf("a second payer: %d %s", a.status, a.body)
		}
	}
	waited := took(began)
	if waited > 20*time.Second {
		t.Errorf("the others waited %v", waited)
	}
	if a := s.insist(late, 2); a.status != 200 {
		t.Errorf("the busy payer: %d %s", a.status, a.body)
	}
	minted := took(began)

	// One and a half times the price buys nothing, and goes back.
	odd := q
	odd.Requirement.Amount = big.NewInt(price * 3 / 2)
	back := busy.sign(t, odd, 1)
	had := u.balance(t, busy)
	u.submit(back)
	until(t, "the odd payment has reached the launch", func() bool { return u.balance(t, busy) == had-price*3/2 })
	u.advance(3)
	began = time.Now()
	run(t, []string{"MINT402_KEY=" + s.owner}, program, "refund", back.id.Hex(), "--token", s.token.Hex(), "--rpc", pool.url, "--db", s.db, "--yes")
	if got := u.balance(t, busy); got != had {
		t.Errorf("after the refund the busy payer has %d, before the payment it had %d", got, had)
	}
	if refused > 0 {
		t.Errorf("%d transactions were larger than pools take", refused)
	}
	s.audit(t, price, others)
	t.Logf("an account with %d mints: minted %v after the submission, refunded in %v; others beside it minted in %v", n, minted, took(began), waited)
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
	launch, sent := bindings.NewLaunch(), uint64(0)
	left := make([]struct{}, n)
	for part := range slices.Chunk(left, 150) {
		payments := make([]bindings.Payment, len(part))
		for i := range payments {
			p := of.sign(t, q, 1)
			payments[i] = bindings.Payment{Payer: of.address, Quantity: big.NewInt(1), ValidAfter: p.authorization.ValidAfter,
				ValidBefore: p.authorization.ValidBefore, Nonce: p.authorization.Nonce, Signature: p.signature}
		}
		s.chain.sign(t, key, sent, s.token, launch.PackMintBatch(payments, big.NewInt(int64(len(payments)))))
		if sent++; sent%5 == 0 {
			s.chain.reachesNonce(t, key, sent)
		}
	}
	s.chain.reachesNonce(t, key, sent)
	if got := s.allotments(t, of.address); got != int64(n) {
		t.Fatalf("the account has %d mints of %d", got, n)
	}
}

// sign sends a transaction of a key's with as much gas as one may have.
func (a *anvil) sign(t *testing.T, key *ecdsa.PrivateKey, accountNonce uint64, to common.Address, input []byte) {
	t.Helper()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{ChainID: big.NewInt(chainID),
		Nonce: accountNonce, To: &to, Gas: 16_777_216, GasFeeCap: gweis(1000), GasTipCap: gweis(1), Data: input})
	if err == nil {
		err = a.SendTransaction(context.Background(), tx)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// reachesNonce waits until so many transactions of a key are mined.
func (a *anvil) reachesNonce(t *testing.T, key *ecdsa.PrivateKey, n uint64) {
	t.Helper()
	until(t, "the transactions are mined", func() bool {
		mined, err := a.NonceAt(context.Background(), crypto.PubkeyToAddress(key.PublicKey), nil)
		return err == nil && mined == n
	})
}
