package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// slots make a block final sixteen blocks later, so that twelve can be undone.
const slots = 8

func TestReorgsOfOneToTwelveBlocksLoseNothingAtAnyState(t *testing.T) {
	begin(t)
	depths := make(chan int)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for depth := range depths {
				t.Run(fmt.Sprint(depth, " blocks"), func(t *testing.T) { undo(t, depth) })
			}
		})
	}
	for depth := 12; depth >= 1; depth-- {
		depths <- depth
	}
	close(depths)
	workers.Wait()
}

// undo has a payment in each state, takes back so many blocks, and sees each of
// them to its end.
func undo(t *testing.T, depth int) {
	u := deployCircle(t, startAnvilOf(t, 1, slots))
	payers := newPayers(t, 9)
	u.give(price, addresses(payers)...)
	s := newShop(t, u)
	node := startNode(t, u.anvil)
	s.rpc = node.url
	s.launch(1000)
	// What is settled stays so where there is no minter; and where there is one,
	// because what it sends is not heard of, it is minting.
	key := s.minterKey
	if depth%2 == 0 {
		s.minterKey = ""
	}
	var mu sync.Mutex
	sent := map[common.Hash]*types.Transaction{}
	node.onSend(func(tx *types.Transaction) fate {
		mu.Lock()
		defer mu.Unlock()
		sent[tx.Hash()] = tx
		if from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx); err == nil && from == u.accounts[minter] {
			return swallowed
		}
		return accepted
	})
	s.start()
	all := s.payments(payers, 1)
	final, mined, settled, foreign, spent, cancelled := all[0], all[1], all[2], all[3], all[4], all[5]
	minting, claimed, moved := all[6], all[7], all[8]

	if a := s.insist(final, 1); a.status != 200 {
		t.Fatalf("payment %s: %d %s", final.id, a.status, a.body)
	}
	u.stop()
	u.mineMany(2 * slots)
	was := s.reaches(final, "minted")
	unmoved := func() {
		t.Helper()
		if now := s.order(final); !now.Final || now.Transaction != was.Transaction || now.State != was.State {
			t.Errorf("what was final was %s, and is %s", was.body, now.body)
		}
	}

	// All in one block, and others on top of it.
	s.presented(mined)
	s.inFlight([]payment{mined})
	s.presented(settled, spent, cancelled)
	u.submit(settled)
	if depth%2 == 0 { // money of others keeps a settled mint waiting
		u.submit(foreign)
	}
	u.submit(s.away(spent))
	u.cancel(cancelled)
	u.mine()
	if o := s.reaches(mined, "mined"); o.Final {
		t.Errorf("order %s is final in the newest block", mined.id)
	}
	owed := "settled"
	if depth%2 == 1 {
		owed = "minting"
	}
	s.reaches(settled, owed)
	if depth%2 == 0 {
		s.reaches(foreign, owed)
	}
	s.reaches(spent, "parked")
	s.reaches(cancelled, "parked")
	u.mineMany(depth - 1)
	var before answer
	if s.minterKey != "" {
		s.presented(minting)
		s.inFlight([]payment{minting})
		s.presented(claimed)
		before = s.order(minting)
	} else if a, err := s.present(minting, 2); err != nil || a.status != 503 || !strings.Contains(string(a.body), "owed_without_minter") {
		t.Errorf("while money is owed that no key here can mint: %d %s, %v", a.status, a.body, err)
	}

	u.reorg(depth)
	s.reaches(mined, "claimed", "minting")
	s.reaches(settled, "claimed", "minting")
	unmoved()
	if now := s.order(minting); s.minterKey != "" && (now.State != "minting" || now.Transaction != before.Transaction) {
		t.Errorf("what was in flight was %s, and is %s", before.body, now.body)
	}
	if depth%2 == 0 {
		s.gone(foreign)
	}
	for _, p := range []payment{spent, cancelled} {
		if o := s.order(p); o.State != "parked" {
			t.Errorf("what was parked is %s", o.body)
		}
	}
	node.onSend(func(tx *types.Transaction) fate {
		mu.Lock()
		defer mu.Unlock()
		sent[tx.Hash()] = tx
		return accepted
	})
	if s.minterKey == "" {
		s.minterKey = key
		s.restart(func() {})
	}
	u.resume()
	// Nobody has spent or cancelled anything now, and nobody submitted anything.
	together(len(all)-2, func(i int) {
		p := all[1 : len(all)-1][i]
		if p.id == foreign.id {
			s.gone(p)
			return
		}
		if a := s.insist(p, i); a.status != 200 {
			t.Errorf("payment %s: %d %s", p.id, a.status, a.body)
		}
	})

	// The same transaction in another block.
	u.stop()
	s.presented(moved)
	hash := common.HexToHash(s.inFlight([]payment{moved}).tx(s))
	u.mine()
	s.reaches(moved, "mined")
	u.mineMany(depth - 1)
	there := u.block(hash)
	mu.Lock()
	tx := sent[hash]
	mu.Unlock()
	u.reorg(depth, tx)
	if now := u.block(hash); now == there {
		t.Errorf("the reorg left transaction %s in block %s", hash, now)
	}
	u.resume()
	if o := s.reaches(moved, "mined"); common.HexToHash(o.Transaction) != hash {
		t.Errorf("minted by %s, and now by %s", hash, o.Transaction)
	}
	u.mineMany(2 * slots)
	for _, p := range all {
		if p.id != foreign.id {
			s.reaches(p, "minted")
		}
	}
	unmoved()
	bought, transactions := s.audit(t, price, all)
	if len(bought) != len(all)-1 || bought[foreign.id] {
		t.Errorf("%d of %d payments were minted, the one nobody presented: %t", len(bought), len(all), bought[foreign.id])
	}
	s.books(t, 0)
	t.Logf("%d blocks: %d minted by %d transactions", depth, len(bought), transactions)
}

// presented presents payments, which nobody is to be refused, until each is
// known.
func (s *shop) presented(payments ...payment) {
	s.t.Helper()
	for _, p := range payments {
		go func() {
			// The server may be restarted meanwhile.
			if a, err := s.present(p, 2); err == nil && a.status != 200 && a.status != 202 {
				s.t.Errorf("payment %s: %d %s", p.id, a.status, a.body)
			}
		}()
	}
	for _, p := range payments {
		s.reaches(p, "claimed", "minting")
	}
}

// gone waits until nothing is known of a payment.
func (s *shop) gone(p payment) {
	s.t.Helper()
	until(s.t, "order "+p.id.Hex()+" is gone", func() bool { return s.order(p).status == 404 })
}

// away is a payment of the same money to somebody else.
func (s *shop) away(p payment) payment {
	s.t.Helper()
	q := s.quote(p.quantity)
	q.Requirement.PayTo = s.chain.accounts[donor]
	return p.payer.sign(s.t, q, p.quantity)
}

// tx is the transaction that carries a payment.
func (p payment) tx(s *shop) string { return s.order(p).Transaction }

// block is where a transaction is.
func (a *anvil) block(hash common.Hash) common.Hash {
	a.t.Helper()
	r, err := a.TransactionReceipt(context.Background(), hash)
	if err != nil {
		a.t.Fatalf("read receipt of %s: %v", hash, err)
	}
	return r.BlockHash
}

// TestNoOrderIsFinalWhileTwoNodesFinalizeDifferentForks has a server with two nodes that
// finalize different forks: each is the first one once. What the server reads as minted
// may not be final before they agree.
func TestNoOrderIsFinalWhileTwoNodesFinalizeDifferentForks(t *testing.T) {
	begin(t)
	for _, first := range []string{"ours", "the fork's"} {
		t.Run(first, func(t *testing.T) {
			u := deployCircle(t, startAnvilOf(t, 1, 2))
			payers := newPayers(t, 1)
			u.give(price, addresses(payers)...)
			s := newShop(t, u)
			s.launch(1000)
			other := startProvider(t, u.anvil, "")
			urls := []string{u.url, other.url}
			if first != "ours" {
				urls[0], urls[1] = other.url, u.url
			}
			s.rpc = strings.Join(urls, ",")
			s.start()
			p := s.payments(payers, 1)[0]
			above := other.head()
			defer other.misbehave(&fault{answer: func(_ *exchange, asked, m *message) {
				var b map[string]any
				if asked.Method != "eth_getBlockByNumber" || json.Unmarshal(m.Result, &b) != nil || b == nil {
					return
				}
				if number, err := hexutil.DecodeUint64(b["number"].(string)); err == nil && number > above {
					b["hash"] = common.BigToHash(new(big.Int).SetUint64(number | 1<<60)).Hex()
					m.Result, _ = json.Marshal(b)
				}
			}})()
			if _, err := s.present(p, 2); err != nil {
				t.Fatal(err)
			}
			for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(500 * time.Millisecond) {
				if o := s.order(p); o.Final {
					t.Fatalf("order is %s and final after %s, at block %d; the nodes differ above %d", o.State, time.Since(began), o.Block, above)
				}
			}
			if a, err := ask(s.url+"/readyz", "", ""); err != nil || !strings.Contains(string(a.body), "no block becomes final until they agree") {
				t.Errorf("%d %s: %v", a.status, a.body, err)
			}
			sale := func(status int, body string) {
				t.Helper()
				for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
					a, err := ask(s.url+"/mint", "", "")
					if err == nil && a.status == status && strings.Contains(string(a.body), body) {
						return
					}
					if time.Since(began) > 30*time.Second {
						t.Fatalf("%d %s, %v; expected %d", a.status, a.body, err, status)
					}
				}
			}
			sale(503, "different forks")
			other.behave()
			s.reaches(p, "minted")
			sale(402, "")
		})
	}
}
