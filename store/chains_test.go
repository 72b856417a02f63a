package store_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store"
)

// otherChain is a second chain. All but its id may be equal to the first.
const otherChain = 8453

// on returns a launch as it is on a chain: the address of its token is the same on each.
func on(chain uint64, slug string, cap int64) mint.Launch {
	l := launch(slug, cap)
	l.Slug, l.ChainID = fmt.Sprintf("%s-%d", slug, chain), chain
	return l
}

// ordered returns an order as order does, of a launch of on.
func ordered(chain uint64, slug string, p, n int, quantity int64) mint.Order {
	o := order(slug, p, n, quantity)
	o.Launch = fmt.Sprintf("%s-%d", slug, chain)
	o.ID = mint.NewPaymentID(chain, usdc, o.Payer, o.Authorization.Nonce)
	return o
}

// occurred returns an event about an order of ordered.
func occurred(kind mint.EventKind, slug string, o mint.Order, b mint.Block, logIndex uint) mint.Event {
	e := event(kind, o, b, logIndex)
	e.Token = address("token", slug)
	return e
}

// sent returns the n-th attempt at an account nonce. Its hash covers the chain, as a signature does.
func sent(chain, accountNonce uint64, n int) mint.Attempt {
	a := attempt(accountNonce, n)
	a.Hash = digest("attempt", chain, accountNonce, n)
	return a
}

// twin makes the same calls to the books of a chain in a database of several, and to a database
// that has only this chain, and compares their results.
type twin struct {
	t            *testing.T
	rng          *rand.Rand
	chain        uint64
	joint, alone *store.Store
	blocks       []mint.Block
	final        int
	ids          map[int64]int64 // transactions in joint → in alone
	asked        map[int64]int64 // asks in joint → in alone
	met          map[string]int
}

func (w *twin) same(what string, got, want any) {
	w.t.Helper()
	if !reflect.DeepEqual(got, want) {
		w.t.Fatalf("%s of chain %d with another chain\n%+v\nand alone\n%+v", what, w.chain, got, want)
	}
}

// both makes a call to both stores, and compares its errors.
func (w *twin) both(what string, call func(s *store.Store) error) bool {
	w.t.Helper()
	a, b := call(w.joint), call(w.alone)
	if (a == nil) != (b == nil) {
		w.t.Fatalf("%s on chain %d: with another chain %v, alone %v", what, w.chain, a, b)
	}
	for _, e := range []error{mint.ErrNotFound, mint.ErrReserved, mint.ErrSoldOut, mint.ErrOvercommitted, mint.ErrTooMany, mint.ErrStale, mint.ErrTaken, store.ErrFinal, store.ErrUnread} {
		if errors.Is(a, e) != errors.Is(b, e) {
			w.t.Fatalf("%s on chain %d: with another chain %v, alone %v", what, w.chain, a, b)
		}
	}
	w.met[fmt.Sprint(what, " ", a == nil)]++
	return a == nil
}

func (w *twin) payment() mint.Order {
	return ordered(w.chain, []string{"ping", "pong"}[w.rng.IntN(2)], w.rng.IntN(4), w.rng.IntN(30), 1+w.rng.Int64N(3))
}

// some returns some of the chain's orders in a state, or in any.
func (w *twin) some(n int, states ...mint.State) (ids []mint.PaymentID) {
	for _, o := range take[[]mint.Order](w.t)(w.alone.Orders(ctx, mint.Query{States: states})) {
		ids = append(ids, o.ID)
	}
	slices.SortFunc(ids, func(a, b mint.PaymentID) int { return a.Hash().Cmp(b.Hash()) })
	w.rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:min(n, len(ids))]
}

func (w *twin) reasons(n int) map[mint.PaymentID]string {
	reasons := map[mint.PaymentID]string{}
	for _, id := range w.some(n) {
		reasons[id] = "a reason"
	}
	return reasons
}

// transaction returns one of the chain's in flight, by its number in each store.
func (w *twin) transaction() (tx mint.Transaction, id func(*store.Store) int64, ok bool) {
	all := take[[]mint.Transaction](w.t)(w.joint.InFlight(ctx))
	if len(all) == 0 {
		return tx, nil, false
	}
	tx = all[w.rng.IntN(len(all))]
	return tx, func(s *store.Store) int64 {
		if s == w.alone {
			return w.ids[tx.ID]
		}
		return tx.ID
	}, true
}

func (w *twin) step() {
	switch n := w.rng.IntN(120); {
	case n < 30:
		o, credit := w.payment(), mint.Credit{Balance: big.NewInt((1 + w.rng.Int64N(12)) * price), Orders: w.rng.IntN(6)}
		w.both("claim", func(s *store.Store) error { _, _, err := s.Claim(ctx, o, credit); return err })
	case n < 35:
		for _, id := range w.some(1, mint.Parked) {
			w.both("revive", func(s *store.Store) error { _, err := s.Revive(ctx, id, rich); return err })
		}
	case n < 40:
		reasons := w.reasons(2)
		w.both("park", func(s *store.Store) error { return s.Park(ctx, reasons) })
	case n < 42:
		reasons := w.reasons(1)
		w.both("void", func(s *store.Store) error { return s.Void(ctx, reasons) })
	case n < 55:
		w.carry()
	case n < 70:
		w.conclude(n)
	case n < 73:
		from := w.rng.Uint64N(1 + take[uint64](w.t)(w.alone.NextAccountNonce(ctx, sender)))
		w.both("forget", func(s *store.Store) error { _, err := s.Forget(ctx, sender, from); return err })
	case n < 76:
		l := take[[]mint.Launch](w.t)(w.alone.Launches(ctx))[w.rng.IntN(2)]
		standing := []mint.Standing{mint.StandingSoldOut, mint.StandingDelisted, ""}[w.rng.IntN(3)]
		w.both("report", func(s *store.Store) error { return s.Report(ctx, l.Slug, standing) })
	case n < 100:
		w.advance()
	case n < 114:
		w.relays()
	default:
		w.asks()
	}
}

func (w *twin) carry() {
	ids := w.some(3, mint.Claimed)
	if len(ids) == 0 {
		return
	}
	l := read(w.t, w.alone, ids[0]).Launch
	nonce := take[uint64](w.t)(w.alone.NextAccountNonce(ctx, sender))
	tx := mint.Transaction{Kind: mint.Batch, Launch: l, Sender: sender, AccountNonce: nonce, Orders: ids, Attempts: []mint.Attempt{sent(w.chain, nonce, 0)}}
	var numbers []int64
	if w.both("carry", func(s *store.Store) error {
		id, err := s.Carry(ctx, tx)
		numbers = append(numbers, id)
		return err
	}) {
		w.ids[numbers[0]] = numbers[1]
	}
}

// conclude moves a transaction on.
func (w *twin) conclude(n int) {
	tx, id, ok := w.transaction()
	if !ok {
		return
	}
	switch {
	case n < 58:
		a := sent(w.chain, tx.AccountNonce, len(tx.Attempts))
		w.both("attempt", func(s *store.Store) error { return s.Attempt(ctx, id(s), a) })
	case n < 66:
		b := w.blocks[w.rng.IntN(len(w.blocks))]
		receipt := mint.TxResult{At: mint.Mark{Block: b.Number, BlockHash: b.Hash, Tx: tx.Latest().Hash}, Cost: big.NewInt(w.rng.Int64N(1000)), Skipped: map[mint.PaymentID]string{}}
		for _, id := range tx.Orders {
			if w.rng.IntN(2) == 0 {
				receipt.Skipped[id] = "skipped"
			}
		}
		w.both("resolve", func(s *store.Store) error { return s.Resolve(ctx, id(s), receipt) })
	case n < 68:
		w.both("drop", func(s *store.Store) error { return s.Drop(ctx, id(s)) })
	default:
		w.both("release", func(s *store.Store) error { return s.Release(ctx, id(s), nil) })
	}
}

// advance moves the chain by some blocks. Blocks of both chains have equal numbers and often equal hashes.
func (w *twin) advance() {
	keep := len(w.blocks) - 1
	if w.rng.IntN(4) == 0 {
		keep = w.final + w.rng.IntN(len(w.blocks)-w.final)
	}
	a := mint.Advance{RevertTo: uint64(keep), Launches: []string{on(w.chain, "ping", 1).Slug}}
	if w.rng.IntN(8) == 0 {
		a.Doubted = []string{on(w.chain, "pong", 1).Slug}
	}
	if a.Unfinal = w.rng.IntN(12) == 0 && w.final > 0; a.Unfinal {
		keep = w.final - 1
		a.RevertTo, w.final = uint64(keep), keep
		a.Head, a.Final = w.blocks[keep], w.blocks[w.final]
		w.blocks = w.blocks[:keep+1]
		w.both("reopen", func(s *store.Store) error { _, err := s.Advance(ctx, a); return err })
		return
	}
	w.blocks = w.blocks[:keep+1]
	for range 1 + w.rng.IntN(2) {
		b := block(uint64(len(w.blocks)), []string{"a", "b"}[w.rng.IntN(2)])
		w.blocks = append(w.blocks, b)
		for i := range w.rng.IntN(3) {
			slug := []string{"ping", "pong"}[w.rng.IntN(2)]
			o := ordered(w.chain, slug, w.rng.IntN(4), w.rng.IntN(30), 1+w.rng.Int64N(3))
			kind := []mint.EventKind{mint.EventMinted, mint.EventSettled, mint.EventMinted, mint.EventReceived}[w.rng.IntN(4)]
			a.Events = append(a.Events, occurred(kind, slug, o, b, uint(i)))
		}
	}
	if w.rng.IntN(2) == 0 {
		w.final = max(w.final, len(w.blocks)-1-w.rng.IntN(5))
	}
	a.Head, a.Final = w.blocks[len(w.blocks)-1], w.blocks[w.final]
	var changed [][]mint.PaymentID
	if w.both("advance", func(s *store.Store) error {
		ids, err := s.Advance(ctx, a)
		changed = append(changed, ids)
		return err
	}) {
		w.same("what changed", changed[0], changed[1])
	}
	if w.rng.IntN(5) == 0 {
		f := mint.Fill{Launch: on(w.chain, "pong", 1).Slug, To: &a.Head, Twice: uint64(w.final), Gone: a.Events[:min(1, len(a.Events))]}
		f.Gone = slices.DeleteFunc(slices.Clone(f.Gone), func(e mint.Event) bool { return e.Token != address("token", "pong") })
		w.both("fill", func(s *store.Store) error { _, err := s.Fill(ctx, f); return err })
	}
}

// books returns all that can be read about the chain. Transactions have the numbers that they have
// in the database of the chain alone.
func (w *twin) books(s *store.Store) map[string]any {
	b := map[string]any{}
	number := func(id int64) int64 {
		if s == w.joint && id != 0 {
			return w.ids[id]
		}
		return id
	}
	payer := address("payer", w.rng.IntN(4))
	for _, q := range []mint.Query{{}, {Oldest: true, Limit: 5}, {States: []mint.State{mint.Claimed, mint.Mined}}, {Payer: &payer}, {EndsBy: noon.Add(1 << 40)}, {Match: payer.Hex()[2:6]}} {
		orders := take[[]mint.Order](w.t)(s.Orders(ctx, q))
		for i := range orders {
			orders[i].Transaction = number(orders[i].Transaction)
		}
		b[fmt.Sprintf("orders %+v", q)], b[fmt.Sprintf("count %+v", q)] = orders, take[int](w.t)(s.Count(ctx, q))
	}
	flight := slices.Clone(take[[]mint.Transaction](w.t)(s.InFlight(ctx)))
	for i := range flight {
		flight[i].ID = number(flight[i].ID)
	}
	b["in flight"] = append([]mint.Transaction{}, flight...)
	launches := slices.Clone(take[[]mint.Launch](w.t)(s.Launches(ctx)))
	b["launches"] = launches
	for _, l := range launches {
		var tallied []mint.BlockMints
		payers := take[int64](w.t)(s.Tally(ctx, l.Slug, 0, math.MaxUint64, func(m mint.BlockMints) error { tallied = append(tallied, m); return nil }))
		b["tally "+l.Slug] = []any{payers, tallied}
		b["events "+l.Slug] = take[[]mint.Event](w.t)(s.Events(ctx, l.Slug, 0))
		b["history "+l.Slug] = take[[]mint.PaymentID](w.t)(s.History(ctx, l.Slug, payer))
		b["mints of "+l.Slug] = take[mint.PayerMints](w.t)(s.MintsOf(ctx, l.Slug, payer, 1000))
		b["unaccounted "+l.Slug] = take[[]mint.Event](w.t)(s.Unaccounted(ctx, l.Slug))
	}
	maps.Copy(b, w.services(s))
	must(w.t, s.View(ctx, func(v *store.View) error {
		b["launches in a view"], b["cursor in a view"] = take[[]mint.Launch](w.t)(v.Launches(ctx)), take[[]mint.Block](w.t)(v.Cursor(ctx))
		for _, chain := range []uint64{chainID, otherChain} {
			slug := on(chain, "ping", 1).Slug
			var orders []mint.PaymentID
			err := v.EachOrder(ctx, slug, func(o mint.Order, _ mint.State) error { orders = append(orders, o.ID); return nil })
			b["orders in a view of "+slug] = []any{orders, errors.Is(err, mint.ErrNotFound)}
		}
		return nil
	}))
	b["newest"] = take[[]mint.Event](w.t)(s.Newest(ctx, 10))
	b["cursor"] = take[[]mint.Block](w.t)(s.Cursor(ctx))
	b["spent"] = take[mint.Spending](w.t)(s.Spent(ctx, noon)).All.String()
	b["account nonce"] = take[uint64](w.t)(s.NextAccountNonce(ctx, sender))
	b["mined"] = take[[]common.Hash](w.t)(s.MinedFrom(ctx, sender, 0, 100))
	b["skips"] = fmt.Sprint(take[map[common.Address]mint.Skips](w.t)(s.Skips(ctx, []common.Address{payer}, noon.Add(-1))))
	return b
}

func (w *twin) check() {
	w.t.Helper()
	seed := w.rng.Uint64()
	w.rng = rand.New(rand.NewPCG(seed, 1))
	got := w.books(w.joint)
	w.rng = rand.New(rand.NewPCG(seed, 1))
	want := w.books(w.alone)
	for _, what := range slices.Sorted(maps.Keys(want)) {
		w.same(what, got[what], want[what])
	}
	if len(got) != len(want) {
		w.t.Fatalf("chain %d has other launches", w.chain)
	}
}

func TestTwoChainsInOneDatabaseNeverMix(t *testing.T) {
	met, number, steps := map[string]int{}, uint64(*histories), 400
	if testing.Short() {
		number, steps = 1, 150
	}
	for n := range number {
		t.Run(fmt.Sprintf("seed %d", *seed+n), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "joint.db")
			joint := openAt(t, path)
			store.Unsynced(joint)
			var twins []*twin
			for i, chain := range []uint64{chainID, otherChain} {
				w := &twin{t: t, rng: rand.New(rand.NewPCG(*seed+n, uint64(i))), chain: chain, joint: joint.On(chain), alone: open(t).On(chain),
					blocks: []mint.Block{block(0, "a")}, ids: map[int64]int64{}, asked: map[int64]int64{}, met: met}
				store.Unsynced(w.alone)
				for _, l := range []mint.Launch{on(chain, "ping", 40), on(chain, "pong", 25)} {
					w.both("launch", func(s *store.Store) error { return s.SaveLaunch(ctx, l) })
				}
				twins = append(twins, w)
			}
			order := rand.New(rand.NewPCG(*seed+n, 402))
			for step := range steps {
				if step%100 == 99 {
					must(t, joint.Close())
					joint = openAt(t, path)
					store.Unsynced(joint)
					for _, w := range twins {
						w.joint = joint.On(w.chain)
					}
				}
				twins[order.IntN(2)].step()
				if step%3 == 0 || testing.Short() {
					for _, w := range twins {
						w.check()
					}
				}
				if _, difference := store.CacheDiffers(joint); difference != "" {
					t.Fatal(difference)
				}
			}
			whole := take[[]mint.Order](t)(joint.On(0).Orders(ctx, mint.Query{}))
			for _, w := range twins {
				whole = slices.DeleteFunc(whole, func(o mint.Order) bool { _, err := w.alone.Order(ctx, o.ID); return err == nil })
			}
			if len(whole) > 0 {
				t.Errorf("the store of both has orders of neither: %+v", whole)
			}
		})
	}
	if testing.Short() {
		return
	}
	for _, what := range []string{"claim", "claim false", "revive", "park", "void", "carry", "attempt", "resolve", "drop", "release", "forget", "report", "advance", "fill", "reopen",
		"relay", "sign relayed", "drop relayed", "end relayed", "prune relayed", "ask", "answer"} {
		if met[what]+met[what+" true"] == 0 {
			t.Errorf("%q never happened: the histories are too tame", what)
		}
	}
	t.Log(met)
}

// pair opens a database with one launch on each of two chains, with one token.
func pair(t *testing.T) (a, b *store.Store) {
	t.Helper()
	a = open(t)
	b = a.On(otherChain)
	must(t, a.SaveLaunch(ctx, on(chainID, "ping", 10)))
	must(t, b.SaveLaunch(ctx, on(otherChain, "ping", 10)))
	return a, b
}

func TestTheBooksOfAChainDoNotHaveWhatIsOfAnother(t *testing.T) {
	a, b := pair(t)
	o := ordered(chainID, "ping", 1, 1, 1)
	claim(t, a, o)
	id := carry(t, a, mint.Transaction{Kind: mint.Batch, Launch: o.Launch, Sender: sender, Orders: []mint.PaymentID{o.ID}, Attempts: []mint.Attempt{sent(chainID, 0, 0)}})
	advance(t, a, 0, block(5, "a"), block(0, "a"))
	_, foreign := b.Order(ctx, o.ID)
	_, launch := b.Launch(ctx, o.Launch)
	_, revived := b.Revive(ctx, o.ID, rich)
	_, _, claimed := b.Claim(ctx, ordered(chainID, "ping", 2, 2, 1), rich)
	_, carried := b.Carry(ctx, mint.Transaction{Kind: mint.Batch, Launch: o.Launch, Sender: sender, Attempts: []mint.Attempt{sent(otherChain, 0, 0)}})
	_, filled := b.Fill(ctx, mint.Fill{Launch: o.Launch})
	for what, err := range map[string]error{"order": foreign, "launch": launch, "revive": revived, "claim": claimed, "carry": carried, "fill": filled,
		"report": b.Report(ctx, o.Launch, mint.StandingSoldOut), "resolve": b.Resolve(ctx, id, mint.TxResult{}), "drop": b.Drop(ctx, id),
		"release": b.Release(ctx, id, nil), "attempt": b.Attempt(ctx, id, sent(otherChain, 0, 1))} {
		if !errors.Is(err, mint.ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, b.Park(ctx, map[mint.PaymentID]string{o.ID: "x"}))
	must(t, b.Void(ctx, map[mint.PaymentID]string{o.ID: "x"}))
	if events := take[[]mint.Event](t)(b.Events(ctx, o.Launch, 0)); len(events) > 0 {
		t.Errorf("events %+v", events)
	}
	wants(t, a, o.ID, mint.Minting)
	whole := a.On(0)
	if all := take[[]mint.Launch](t)(whole.Launches(ctx)); len(all) != 2 {
		t.Errorf("the whole store has %d launches", len(all))
	}
	wants(t, whole, o.ID, mint.Minting)
	if _, err := whole.Advance(ctx, mint.Advance{Head: block(6, "a")}); err == nil {
		t.Error("a store of all chains advanced")
	}
}

// A node of one chain may tell anything, also a mint of a payment of another chain.
func TestAnEventCannotMintAnOrderOfAnotherChain(t *testing.T) {
	a, b := pair(t)
	o := ordered(chainID, "ping", 1, 1, 1)
	claim(t, a, o)
	if _, err := b.Advance(ctx, mint.Advance{Head: block(1, "a"), Final: block(0, "a"), Events: []mint.Event{occurred(mint.EventMinted, "ping", o, block(1, "a"), 0)}}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("advance: %v", err)
	}
	if cursor := take[[]mint.Block](t)(b.Cursor(ctx)); len(cursor) > 0 {
		t.Errorf("the lie moved the cursor to %+v", cursor)
	}
	wants(t, a, o.ID, mint.Claimed)
	counts(t, a, o.Launch, 0, 1)
}

// An idempotency key names a purchase at this server, on whichever chain it is paid.
func TestAKeyNamesOnePurchaseOnAllChains(t *testing.T) {
	a, b := pair(t)
	first, second := ordered(chainID, "ping", 1, 1, 1), ordered(otherChain, "ping", 1, 1, 1)
	first.Keys, second.Keys = []string{"key"}, []string{"key"}
	claim(t, a, first)
	used := (*mint.KeyUsedError)(nil)
	if _, _, err := b.Claim(ctx, second, rich); !errors.As(err, &used) || used.First != first.ID {
		t.Errorf("a second purchase under the key: %v", err)
	}
}

func TestTheSourceOfAContractIsKeptByChain(t *testing.T) {
	a, b := pair(t)
	v := source.State{Address: address("token", "ping"), Service: "https://example.org", Status: source.Verified}
	must(t, store.SourceTable{Store: a}.SaveSource(ctx, v))
	v.Status = source.Failed
	must(t, store.SourceTable{Store: b}.SaveSource(ctx, v))
	for s, want := range map[*store.Store]source.Status{a: source.Verified, b: source.Failed} {
		if all := take[[]source.State](t)(store.SourceTable{Store: s}.Sources(ctx)); len(all) != 1 || all[0].Status != want {
			t.Errorf("sources %+v, want one that is %s", all, want)
		}
	}
}

func TestADatabaseTellsItsChains(t *testing.T) {
	a, b := pair(t)
	must(t, a.Bind(chainID, common.Hash{1}))
	must(t, b.Bind(otherChain, common.Hash{2}))
	if err := b.Bind(otherChain, common.Hash{3}); !errors.Is(err, store.ErrOtherChain) {
		t.Errorf("another genesis block: %v", err)
	}
	must(t, a.SaveLaunch(ctx, on(chainID, "pong", 1)))
	found := take[store.Contents](t)(store.Peek(store.Path(a)))
	token := store.Token{ChainID: otherChain, Address: address("token", "ping")}
	if slug := on(otherChain, "ping", 1).Slug; len(found.Tokens) != 3 || found.Tokens[slug] != token {
		t.Errorf("tokens %v", found.Tokens)
	}
	if !maps.Equal(found.Chains, map[uint64]common.Hash{chainID: {1}, otherChain: {2}}) {
		t.Errorf("chains %v", found.Chains)
	}
}

func TestADatabaseTellsChainsThatAreNotBoundYet(t *testing.T) {
	a, _ := pair(t)
	if found := take[store.Contents](t)(store.Peek(store.Path(a))); !maps.Equal(found.Chains, map[uint64]common.Hash{chainID: {}, otherChain: {}}) {
		t.Errorf("chains %v", found.Chains)
	}
}

func TestALaunchIsOfAChainThatIsBound(t *testing.T) {
	whole := open(t).On(0)
	must(t, whole.Bind(chainID, common.Hash{1}))
	must(t, whole.Bind(otherChain, common.Hash{2}))
	must(t, whole.SaveLaunch(ctx, on(chainID, "ping", 1)))
	must(t, whole.On(otherChain).SaveLaunch(ctx, on(otherChain, "ping", 1)))
	if err := whole.SaveLaunch(ctx, on(1, "ping", 1)); !errors.Is(err, store.ErrOtherChain) {
		t.Errorf("a launch of a third chain: %v", err)
	}
	if err := whole.On(otherChain).SaveLaunch(ctx, on(chainID, "pong", 1)); !errors.Is(err, store.ErrOtherChain) {
		t.Errorf("a launch of another chain than the view's: %v", err)
	}
	if err := whole.On(otherChain).Bind(1, common.Hash{3}); !errors.Is(err, store.ErrOtherChain) {
		t.Errorf("the books of one chain were bound to another: %v", err)
	}
}

func TestTheTransactionsOfAChainStayWhenThoseOfAnotherEnd(t *testing.T) {
	a, b := pair(t)
	for chain, s := range map[uint64]*store.Store{chainID: a, otherChain: b} {
		o := ordered(chain, "ping", 1, 1, 1)
		claim(t, s, o)
		tx := mint.Transaction{Kind: mint.Batch, Launch: o.Launch, Sender: sender, Orders: []mint.PaymentID{o.ID}, Attempts: []mint.Attempt{sent(chain, 0, 0)}}
		id := carry(t, s, tx)
		advance(t, s, 0, block(5, "a"), block(0, "a"))
		must(t, s.Resolve(ctx, id, mint.TxResult{At: mint.Mark{Block: 5, BlockHash: block(5, "a").Hash, Tx: tx.Attempts[0].Hash}}))
	}
	inFlight := func(what string, want int) {
		t.Helper()
		if all := take[[]mint.Transaction](t)(a.InFlight(ctx)); len(all) != want {
			t.Errorf("%s: %d transactions are in flight, not %d", what, len(all), want)
		}
	}
	advance(t, b, 5, block(6, "a"), block(6, "a"))
	inFlight("after a final block of the other chain", 1)
	if released := take[[]mint.PaymentID](t)(b.Forget(ctx, sender, 0)); len(released) > 0 {
		t.Errorf("released %v", released)
	}
	inFlight("after the other chain's were forgotten", 1)
	advance(t, a, 5, block(6, "a"), block(6, "a"))
	inFlight("after a final block of its own", 0)
}
