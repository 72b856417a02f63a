package store_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

var (
	histories = flag.Int("histories", 4, "random histories to play")
	seed      = flag.Uint64("seed", 1, "of the first random history")
)

// world is what a store should hold, in memory and by the shortest way: the
// events of the canonical chain as they are, and every order derived anew from
// them at each look.
type world struct {
	t    *testing.T
	rng  *rand.Rand
	path string
	s    *store.Store
	step int

	orders       map[mint.PaymentID]*known
	chain        []readBlock                     // index is the number
	shown        map[mint.PaymentID][]mint.Event // the same by payment
	ended        []uint64                        // numbers of blocks in the cursor
	final        uint64
	txs          map[int64]*line
	accountNonce uint64
	salt         int
	met          map[string]int // what happened, how often

	subscriber map[mint.PaymentID]mint.Change // the newest change of each order
	sequence   int64                          // of the newest change that was read
}

type known struct {
	order          mint.Order // as claimed, or as the chain last showed it
	tx             int64
	parked, voided string
}

type readBlock struct {
	mint.Block
	events []mint.Event
}

type line struct {
	mint.Transaction
	concluded bool
	cost      *big.Int // of its receipt
}

var caps = map[string]int64{"ping": 55, "pong": 22}

func newWorld(t *testing.T, seed uint64, met map[string]int) *world {
	w := &world{t: t, met: met, rng: rand.New(rand.NewPCG(seed, 402)), path: filepath.Join(t.TempDir(), "orders.db"),
		orders: map[mint.PaymentID]*known{}, subscriber: map[mint.PaymentID]mint.Change{}, txs: map[int64]*line{}, chain: []readBlock{{Block: block(0, "genesis")}}}
	w.open()
	for _, slug := range []string{"ping", "pong"} {
		must(t, w.s.SaveLaunch(ctx, launch(slug, caps[slug])))
	}
	return w
}

func (w *world) open() {
	w.s = openAt(w.t, w.path)
	store.Unsynced(w.s)
}

func (w *world) fatalf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("step %d: %s", w.step, fmt.Sprintf(format, args...))
}

// payment is one of few that move on slowly, and often one of another launch or
// quantity under the same payment nonce.
func (w *world) payment() mint.Order {
	return order([]string{"ping", "pong"}[w.rng.IntN(2)], w.rng.IntN(5), w.step/40+w.rng.IntN(7), 1+w.rng.Int64N(3))
}

// some chooses from what the chain and we know.
func (w *world) some(n int, in ...mint.State) []mint.PaymentID {
	var ids []mint.PaymentID
	for id := range w.orders {
		if o := w.derive(id); len(in) == 0 || slices.Contains(in, o.State()) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b mint.PaymentID) int { return a.Hash().Cmp(b.Hash()) })
	w.rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:min(n, len(ids))]
}

// derive says what an order is, from what was claimed and what the chain shows.
func (w *world) derive(id mint.PaymentID) mint.Order {
	k := w.orders[id]
	o := k.order
	o.Transaction, o.ParkedFor, o.VoidedFor = k.tx, k.parked, k.voided
	var minted, settled, refunded *mint.Event
	for _, e := range w.shown[id] {
		switch e.Kind {
		case mint.EventMinted:
			minted, o.Mint = &e, e.At
		case mint.EventSettled:
			settled, o.Settlement = &e, e.At
		case mint.EventRefunded:
			refunded, o.Refund = &e, e.At
		}
	}
	o.Final = minted != nil && minted.At.Block <= w.final || refunded != nil && refunded.At.Block <= w.final
	says := minted
	if says == nil {
		says = settled
	}
	if says == nil && o.Foreign() {
		says = refunded
	}
	if says != nil {
		o.Launch, o.Quantity, o.Value = w.slug(says.Token), says.Quantity, says.Amount
	}
	if o.Foreign() {
		o.Authorization.Nonce, o.Authorization.Value = common.Hash{}, nil
		if settled != nil {
			o.Authorization.Nonce, o.Authorization.Value = settled.Nonce, o.Value
		}
	}
	return o
}

func (w *world) slug(token common.Address) string {
	for slug := range caps {
		if address("token", slug) == token {
			return slug
		}
	}
	panic("no such token")
}

func (w *world) count() map[string][2]int64 {
	counts := map[string][2]int64{"ping": {}, "pong": {}}
	for id := range w.orders {
		o := w.derive(id)
		c := counts[o.Launch]
		if o.State().Sold() {
			c[0] += o.Quantity
		}
		if o.State().Reserves() {
			c[1] += o.Quantity
		}
		counts[o.Launch] = c
	}
	return counts
}

// room is what a claim's conditions say.
func (w *world) room(o mint.Order, credit mint.Credit) error {
	c := w.count()[o.Launch]
	promised, orders := new(big.Int).Set(o.Value), 0
	for id := range w.orders {
		other := w.derive(id)
		if other.Payer == o.Payer && !other.Settlement.Seen() && (other.State() == mint.Claimed || other.State() == mint.Minting) {
			promised.Add(promised, other.Value)
			orders++
		}
	}
	switch {
	case c[0]+o.Quantity > caps[o.Launch]:
		return mint.ErrSoldOut
	case c[0]+c[1]+o.Quantity > caps[o.Launch]:
		return mint.ErrReserved
	case promised.Cmp(credit.Balance) > 0:
		return mint.ErrOvercommitted
	case credit.Orders > 0 && orders >= credit.Orders:
		return mint.ErrTooMany
	}
	return nil
}

func (w *world) credit() mint.Credit {
	c := rich
	if w.rng.IntN(3) == 0 {
		c.Balance = big.NewInt(w.rng.Int64N(7) * price)
	}
	if w.rng.IntN(3) == 0 {
		c.Orders = 1 + w.rng.IntN(5)
	}
	return c
}

// follow applies the rules that hold after every write.
func (w *world) follow() {
	for _, b := range w.chain {
		for _, e := range b.events {
			if e.Kind != mint.EventReceived && e.Kind != mint.EventWithdrawn && w.orders[e.ID] == nil {
				w.orders[e.ID] = &known{order: mint.Order{ID: e.ID, Payer: e.Payer}}
			}
		}
	}
	for id, k := range w.orders {
		o := w.derive(id)
		if tx := w.txs[k.tx]; tx != nil && !o.Mint.Seen() && (tx.concluded || tx.Mined.Seen()) {
			k.tx = 0 // it landed without this
		}
		if !o.Foreign() {
			continue
		}
		k.order.Launch, k.order.Quantity, k.order.Value = o.Launch, o.Quantity, o.Value
		if k.tx == 0 && !o.Mint.Seen() && !o.Settlement.Seen() && !o.Refund.Seen() {
			delete(w.orders, id)
		}
	}
}

func (w *world) claim() {
	o, credit := w.payment(), w.credit()
	got, isNew, err := w.s.Claim(ctx, o, credit)
	if w.orders[o.ID] != nil {
		if err != nil || isNew {
			w.fatalf("claim of a known payment: new %v, %v", isNew, err)
		}
		w.same(*got, w.derive(o.ID))
		return
	}
	want := w.room(o, credit)
	w.met[fmt.Sprint("claim: ", want)]++
	if !errors.Is(err, want) || isNew != (want == nil) {
		w.fatalf("claim: new %v, %v, want %v", isNew, err, want)
	}
	if isNew {
		w.orders[o.ID] = &known{order: o}
	}
}

func (w *world) revive() {
	for _, id := range append(w.some(1), w.some(2, mint.Parked)...) {
		credit := w.credit()
		o := w.derive(id)
		var want error
		if o.State() == mint.Parked {
			want = w.room(o, credit)
			w.met[fmt.Sprint("revive: ", want)]++
		}
		got, err := w.s.Revive(ctx, id, credit)
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			w.fatalf("revive: %v, want %v", err, want)
		}
		if err == nil {
			if o.State() == mint.Parked {
				w.orders[id].parked = ""
			}
			w.same(got, w.derive(id))
		}
	}
}

func (w *world) park() {
	reasons := map[mint.PaymentID]string{digest256("nobody"): "x"}
	for _, id := range w.some(3) {
		reasons[id] = fmt.Sprintf("parked in step %d", w.step)
		if s := w.derive(id); s.State() == mint.Claimed || s.State() == mint.Parked || s.State() == mint.Settled {
			w.orders[id].parked = reasons[id]
		}
	}
	must(w.t, w.s.Park(ctx, reasons))
}

func digest256(words ...any) mint.PaymentID { return mint.PaymentID(digest(words...)) }

func (w *world) void() {
	reasons := map[mint.PaymentID]string{}
	for _, id := range append(w.some(1), w.some(1, mint.Claimed, mint.Parked)...) {
		reasons[id] = "voided"
		s := w.derive(id)
		if state := s.State(); state == mint.Claimed || state == mint.Parked || state == mint.Minting && !s.Settlement.Seen() {
			w.orders[id].voided, w.orders[id].tx = "voided", 0
		}
	}
	must(w.t, w.s.Void(ctx, reasons))
}

func (w *world) carry() {
	kind, needs := mint.Batch, mint.Claimed
	if w.rng.IntN(3) == 0 {
		kind, needs = mint.SettledMint, mint.Settled
	}
	ids := w.some(1+w.rng.IntN(4), needs)
	if w.rng.IntN(5) == 0 {
		ids = append(ids, w.some(1)...) // perhaps in a state that does not fit
	}
	if len(ids) == 0 {
		return
	}
	tx := mint.Transaction{Kind: kind, Launch: w.derive(ids[0]).Launch, Sender: sender, AccountNonce: w.accountNonce, Orders: ids,
		Attempts: []mint.Attempt{attempt(w.accountNonce, 0)}}
	fits := true
	for i, id := range ids {
		o := w.derive(id)
		fits = fits && o.State() == needs && o.Launch == tx.Launch && !slices.Contains(ids[:i], id)
	}
	w.met[fmt.Sprint("carry ", kind, ": ", fits)]++
	id, err := w.s.Carry(ctx, tx)
	if fits != (err == nil) || err != nil && !errors.Is(err, mint.ErrStale) {
		w.fatalf("carry: %v, fits %v", err, fits)
	}
	if err == nil {
		tx.ID = id
		w.txs[id] = &line{Transaction: tx}
		for _, order := range ids {
			w.orders[order].tx = id
		}
		w.accountNonce++
	}
}

func (w *world) inFlight() []*line {
	var txs []*line
	for _, id := range slices.Sorted(maps.Keys(w.txs)) {
		if tx := w.txs[id]; !tx.concluded {
			txs = append(txs, tx)
		}
	}
	return txs
}

func (w *world) attempt() {
	if txs := w.inFlight(); len(txs) > 0 {
		tx := txs[w.rng.IntN(len(txs))]
		a := attempt(tx.AccountNonce, len(tx.Attempts))
		must(w.t, w.s.Attempt(ctx, tx.ID, a))
		tx.Attempts = append(tx.Attempts, a)
	}
}

func (w *world) resolve() {
	txs := w.inFlight()
	if len(txs) == 0 {
		return
	}
	tx := txs[w.rng.IntN(len(txs))]
	head := uint64(len(w.chain) - 1)
	if tx.Mined.Seen() || head == w.final {
		return
	}
	at := w.chain[w.final+1+w.rng.Uint64N(head-w.final)]
	receipt := mint.TxResult{At: mint.Mark{Block: at.Number, BlockHash: at.Hash, Tx: tx.Latest().Hash},
		Reverted: w.rng.IntN(4) == 0, Skipped: map[mint.PaymentID]string{}}
	if w.rng.IntN(4) > 0 {
		receipt.Cost = new(big.Int).SetUint64(w.rng.Uint64())
	}
	for _, id := range tx.Orders {
		if w.rng.IntN(2) == 0 {
			receipt.Skipped[id] = "skipped"
		}
	}
	w.met["resolve"]++
	must(w.t, w.s.Resolve(ctx, tx.ID, receipt))
	tx.Mined, tx.cost = receipt.At, receipt.Cost
	for id := range receipt.Skipped {
		if k := w.orders[id]; k != nil && k.tx == tx.ID && !receipt.Reverted {
			if o := w.derive(id); !o.Mint.Seen() && !o.Settlement.Seen() {
				k.parked = "skipped"
			}
		}
	}
}

func (w *world) drop() {
	if txs := w.inFlight(); len(txs) > 0 {
		tx := txs[w.rng.IntN(len(txs))]
		err := w.s.Drop(ctx, tx.ID)
		if tx.Mined.Seen() {
			if !errors.Is(err, mint.ErrStale) {
				w.fatalf("drop of a mined one: %v", err)
			}
			return
		}
		must(w.t, err)
		w.met["drop"]++
		tx.concluded = true
		for _, k := range w.orders {
			if k.tx == tx.ID {
				k.tx = 0
			}
		}
	}
}

func (w *world) release() {
	txs := w.inFlight()
	if len(txs) == 0 {
		return
	}
	tx := txs[w.rng.IntN(len(txs))]
	var empty *mint.Attempt
	if w.rng.IntN(2) == 0 {
		a := attempt(tx.AccountNonce, len(tx.Attempts))
		empty = &a
	}
	err := w.s.Release(ctx, tx.ID, empty)
	if tx.Mined.Seen() {
		if !errors.Is(err, mint.ErrStale) {
			w.fatalf("release of a mined one: %v", err)
		}
		return
	}
	must(w.t, err)
	w.met["release"]++
	if empty != nil {
		tx.Attempts = append(tx.Attempts, *empty)
	}
	for id, k := range w.orders {
		if k.tx == tx.ID {
			if o := w.derive(id); !o.Mint.Seen() {
				k.tx = 0
			}
		}
	}
}

// forget takes back the last few account nonces.
func (w *world) forget() {
	from := w.accountNonce - min(w.accountNonce, w.rng.Uint64N(4))
	var gone []int64
	for id, tx := range w.txs {
		if tx.AccountNonce >= from {
			gone = append(gone, id)
			w.met[fmt.Sprint("forget mined: ", tx.Mined.Seen())]++
		}
	}
	released, err := w.s.Forget(ctx, sender, from)
	must(w.t, err)
	want := map[mint.PaymentID]bool{}
	for _, id := range gone {
		delete(w.txs, id)
		for order, k := range w.orders {
			if k.tx == id {
				k.tx, want[order] = 0, true
			}
		}
	}
	got := map[mint.PaymentID]bool{}
	for _, id := range released {
		got[id] = true
	}
	if !maps.Equal(got, want) || len(got) != len(released) {
		w.fatalf("forget released %v, want %v", released, want)
	}
	w.accountNonce = from
}

// happen is what a chain could show next, given what it has shown.
func (w *world) happen(b *readBlock) {
	seen := map[mint.EventKind]map[mint.PaymentID]mint.Event{mint.EventMinted: {}, mint.EventSettled: {}, mint.EventRefunded: {}}
	for _, b := range append(slices.Clone(w.chain), *b) {
		for _, e := range b.events {
			if seen[e.Kind] != nil {
				seen[e.Kind][e.ID] = e
			}
		}
	}
	o := w.payment()
	settled, paid := seen[mint.EventSettled][o.ID]
	_, minted := seen[mint.EventMinted][o.ID]
	_, refunded := seen[mint.EventRefunded][o.ID]
	if paid {
		o.Launch, o.Quantity, o.Value = w.slug(settled.Token), settled.Quantity, settled.Amount
	}
	at := uint(len(b.events))
	switch kind := w.rng.IntN(8); {
	case kind < 3 && !minted && !refunded:
		b.events = append(b.events, event(mint.EventMinted, o, b.Block, at))
	case kind < 5 && !paid && !minted && !refunded:
		b.events = append(b.events, event(mint.EventSettled, o, b.Block, at))
	case kind == 5 && !minted && !refunded && (paid || w.rng.IntN(6) == 0):
		e := event(mint.EventRefunded, o, b.Block, at)
		e.Quantity = 0
		b.events = append(b.events, e)
	case kind == 6:
		b.events = append(b.events, event(mint.EventReceived, o, b.Block, at))
	case kind == 7:
		e := event(mint.EventWithdrawn, o, b.Block, at)
		e.ID = mint.PaymentID{}
		b.events = append(b.events, e)
	}
}

func (w *world) advance() {
	before := map[mint.PaymentID]mint.Order{}
	for id := range w.orders {
		before[id] = w.derive(id)
	}
	head := uint64(len(w.chain) - 1)
	a := mint.Advance{RevertTo: head}
	var again []readBlock
	if w.rng.IntN(3) == 0 {
		a.RevertTo = w.final + w.rng.Uint64N(head-w.final+1)
		if again = slices.Clone(w.chain[a.RevertTo+1:]); w.rng.IntN(2) == 0 {
			again = nil // another branch
			w.met["reorg"]++
		}
	}
	w.chain = w.chain[:a.RevertTo+1]
	if w.rng.IntN(4) == 0 { // told again
		from := max(0, len(w.chain)-3)
		for _, b := range w.chain[from:] {
			a.Events = append(a.Events, b.events...)
		}
	}
	for _, b := range again {
		w.chain = append(w.chain, b)
		a.Events = append(a.Events, b.events...)
	}
	for range w.rng.IntN(4) {
		w.salt++
		b := readBlock{Block: block(uint64(len(w.chain)), fmt.Sprint(w.salt))}
		for range w.rng.IntN(5) - 1 {
			w.happen(&b)
		}
		w.chain = append(w.chain, b)
		a.Events = append(a.Events, b.events...)
	}
	newest := uint64(len(w.chain) - 1)
	a.Head = w.chain[newest].Block
	final := w.final
	if w.rng.IntN(2) == 0 && newest > 6 {
		final = max(final, newest-6+w.rng.Uint64N(7))
	}
	a.Final = w.chain[final].Block
	if w.rng.IntN(4) == 0 {
		a.Final = w.chain[w.rng.Uint64N(w.final+1)].Block // a node that lags
		final = w.final
	}
	changed, err := w.s.Advance(ctx, a)
	must(w.t, err)
	w.shown = map[mint.PaymentID][]mint.Event{}
	for _, b := range w.chain {
		for _, e := range b.events {
			w.shown[e.ID] = append(w.shown[e.ID], e)
		}
	}

	first := len(w.ended) == 0
	w.ended = slices.DeleteFunc(w.ended, func(n uint64) bool { return n > a.RevertTo || n < final })
	w.ended = append(w.ended, newest, final)
	if first {
		final = a.Final.Number
	}
	w.final = final
	for _, tx := range w.txs {
		if !tx.concluded && tx.Mined.Seen() && tx.Mined.Block > a.RevertTo {
			tx.Mined, tx.cost = mint.Mark{}, nil
			w.met["unmined"]++
		}
		if tx.Mined.Seen() && tx.Mined.Block <= w.final {
			tx.concluded = true
		}
	}
	w.follow()
	for id, k := range w.orders {
		was, is := before[id], w.derive(id)
		if was.Settlement.Seen() != is.Settlement.Seen() && !is.Mint.Seen() {
			k.parked = "" // for what the chain showed before
		}
	}
	want := map[mint.PaymentID]bool{}
	for id := range w.orders {
		if o := w.derive(id); !equal(o, before[id]) {
			want[id] = true
		}
		delete(before, id)
	}
	for id := range before { // gone
		want[id] = true
	}
	got := map[mint.PaymentID]bool{}
	for _, id := range changed {
		got[id] = true
	}
	if !maps.Equal(got, want) || len(changed) != len(got) {
		w.fatalf("advance says that %v changed, want %v", changed, want)
	}
}

// same compares an order with what it should be; when things were written is
// not modelled.
func (w *world) same(got, want mint.Order) {
	w.t.Helper()
	want.Authorization.From = want.Payer
	want.CreatedAt, want.UpdatedAt = got.CreatedAt, got.UpdatedAt
	if !equal(got, want) {
		w.fatalf("order is %s\n%+v\nand should be %s\n%+v", got.State(), got, want.State(), want)
	}
}

// check compares everything that the store holds with what it should.
func (w *world) check() {
	if n, difference := store.CacheDiffers(w.s); difference != "" {
		w.fatalf("%s", difference)
	} else if n > 0 {
		w.met["orders in memory"]++
	}
	w.t.Helper()
	stored := store.States(w.s)
	orders := take[[]mint.Order](w.t)(w.s.Orders(ctx, mint.Query{}))
	if len(orders) != len(w.orders) {
		w.fatalf("%d orders are stored, not %d", len(orders), len(w.orders))
	}
	for _, o := range orders {
		if w.orders[o.ID] == nil {
			w.fatalf("order %+v should not be there", o)
		}
		w.same(o, w.derive(o.ID))
		if stored[o.ID] != o.State() {
			w.fatalf("order %s is stored as %s and is %s", o.ID, stored[o.ID], o.State())
		}
	}
	w.checkJournal()
	states := map[string]map[mint.State]int{}
	for id := range w.orders {
		o := w.derive(id)
		if states[o.Launch] == nil {
			states[o.Launch] = map[mint.State]int{}
		}
		states[o.Launch][o.State()]++
		if w.step%10 == 0 {
			w.same(take[mint.Order](w.t)(w.s.Order(ctx, id)), o)
		}
	}
	if w.step%10 == 0 {
		w.sameAsRead()
	}
	for slug, c := range w.count() {
		for _, state := range mint.States {
			if n := take[int](w.t)(w.s.Count(ctx, mint.Query{Launch: slug, States: []mint.State{state}})); n != states[slug][state] {
				w.fatalf("%d orders of %s are %s, not %d", n, slug, state, states[slug][state])
			}
		}
		l := take[mint.Launch](w.t)(w.s.Launch(ctx, slug))
		if l.Sold != c[0] || l.Reserved != c[1] {
			w.fatalf("launch %s has sold %d and reserved %d, orders add up to %v", slug, l.Sold, l.Reserved, c)
		}
		var events []mint.Event
		for _, b := range w.chain {
			for _, e := range b.events {
				if w.slug(e.Token) == slug {
					events = append(events, e)
				}
			}
		}
		slices.Reverse(events)
		got := take[[]mint.Event](w.t)(w.s.Events(ctx, slug, 0))
		if len(got)+len(events) > 0 && !reflect.DeepEqual(got, events) {
			w.fatalf("events of %s\n%+v\nand should be\n%+v", slug, got, events)
		}
		payer := address("payer", w.rng.IntN(5))
		var history []mint.PaymentID
		for _, e := range slices.Backward(events) {
			if e.Payer == payer && (e.Kind == mint.EventMinted || e.Kind == mint.EventRefunded) {
				history = append(history, e.ID)
			}
		}
		if got := take[[]mint.PaymentID](w.t)(w.s.History(ctx, slug, payer)); !slices.Equal(got, history) {
			w.fatalf("history is %v and should be %v", got, history)
		}
	}
	var flight []mint.Transaction
	for _, tx := range w.inFlight() {
		t := tx.Transaction
		if t.Mined.Seen() {
			t.Orders, t.Attempts = nil, slices.Clone(t.Attempts)
			for i := range t.Attempts {
				t.Attempts[i].Raw = nil
			}
		}
		var held []mint.PaymentID // what it still carries
		for _, id := range t.Orders {
			if k := w.orders[id]; k != nil && k.tx == t.ID {
				held = append(held, id)
			}
		}
		t.Orders = held
		flight = append(flight, t)
	}
	if got := take[[]mint.Transaction](w.t)(w.s.InFlight(ctx)); len(got)+len(flight) > 0 && !reflect.DeepEqual(got, flight) {
		w.fatalf("in flight\n%+v\nand should be\n%+v", got, flight)
	}
	spent := new(big.Int)
	for _, tx := range w.txs {
		if tx.cost != nil {
			spent.Add(spent, tx.cost)
		}
	}
	if got := take[mint.Spending](w.t)(w.s.Spent(ctx, noon)).All; got.Cmp(spent) != 0 {
		w.fatalf("%s was spent, and should be %s", got, spent)
	}
	var cursor []mint.Block
	slices.Sort(w.ended)
	w.ended = slices.Compact(w.ended)
	for _, n := range slices.Backward(w.ended) {
		cursor = append(cursor, w.chain[n].Block)
	}
	if got := take[[]mint.Block](w.t)(w.s.Cursor(ctx)); len(got)+len(cursor) > 0 && !reflect.DeepEqual(got, cursor) {
		w.fatalf("cursor %v and should be %v", got, cursor)
	}
	if next := take[uint64](w.t)(w.s.NextAccountNonce(ctx, sender)); next != w.accountNonce {
		w.fatalf("next account nonce is %d, not %d", next, w.accountNonce)
	}
}

// checkJournal replays the changes since the last check: a subscriber then knows exactly
// what the orders are.
func (w *world) checkJournal() {
	w.t.Helper()
	changes := take[[]mint.Change](w.t)(w.s.Changes(ctx, w.sequence, 10_000))
	once := map[mint.PaymentID]bool{}
	for _, c := range changes {
		w.met[string(c.Type)]++
		if once[c.Order] && c.Order != (mint.PaymentID{}) && c.Type != mint.OrderNeedsAttention {
			w.fatalf("two changes of %s in one write", c.Order)
		}
		once[c.Order] = true
	}
	w.sequence = replay(w.t, w.subscriber, w.sequence, changes)
	if len(w.subscriber) != len(w.orders) {
		w.fatalf("a subscriber knows %d orders, and there are %d", len(w.subscriber), len(w.orders))
	}
	for id := range w.orders {
		o, c := w.derive(id), w.subscriber[id]
		if v := mint.ViewOf(&o); c.Order != id || c.Payer != o.Payer || c.Launch != v.Launch || c.Quantity != v.Quantity ||
			c.State != v.State || c.Final != v.Final || c.Transaction != v.Transaction {
			w.fatalf("a subscriber knows\n%+v\nand the order is\n%+v", c, v)
		}
		if o.NeedsPerson() && c.Type != mint.OrderNeedsAttention {
			w.fatalf("%s needs a person for %q, and the last change is %s", id, o.ParkedFor, c.Type)
		}
	}
}

// sameAsRead checks that what the store remembers is what it would read.
func (w *world) sameAsRead() {
	w.t.Helper()
	r := take[*store.Store](w.t)(store.OpenReader(w.path))
	defer r.Close()
	a, b := take[[]mint.Launch](w.t)(w.s.Launches(ctx)), take[[]mint.Launch](w.t)(r.Launches(ctx))
	if !reflect.DeepEqual(a, b) {
		w.fatalf("launches are remembered as\n%+v\nand stored as\n%+v", a, b)
	}
	for _, q := range []mint.Query{{}, {Launch: "ping"}, {States: []mint.State{mint.Claimed, mint.Mined, mint.Claimed}}, {Launch: "nope"}} {
		if a, b := take[int](w.t)(w.s.Count(ctx, q)), take[int](w.t)(r.Count(ctx, q)); a != b {
			w.fatalf("%d orders match %+v, and %d are stored", a, q, b)
		}
	}
}

func TestAnyHistoryLeavesWhatItShould(t *testing.T) {
	met, number, steps := map[string]int{}, uint64(*histories), 500
	if testing.Short() {
		number, steps = 1, 150
	}
	for n := range number {
		t.Run(fmt.Sprintf("seed %d", *seed+n), func(t *testing.T) {
			w := newWorld(t, *seed+n, met)
			for w.step = range steps {
				switch n := w.rng.IntN(100); {
				case n < 30:
					w.claim()
				case n < 37:
					w.park()
				case n < 45:
					w.revive()
				case n < 47:
					w.void()
				case n < 60:
					w.carry()
				case n < 63:
					w.attempt()
				case n < 72:
					w.resolve()
				case n < 75:
					w.drop()
				case n < 77:
					w.release()
				case n < 79:
					w.forget()
				case n < 98:
					w.advance()
				default:
					must(t, w.s.Close())
					w.open()
				}
				w.follow()
				w.check()
				for id := range w.orders {
					o := w.derive(id)
					met[string(o.State())]++
				}
			}
		})
	}
	if testing.Short() {
		return // one history does not meet everything
	}
	for _, state := range mint.States {
		if met[string(state)] == 0 {
			t.Errorf("no order was ever %s: the histories are too tame", state)
		}
	}
	for _, what := range []string{string(mint.OrderWithdrawn), string(mint.LaunchSoldOut), "claim: <nil>", "revive: <nil>", "carry batch: true", "carry batch: false", "carry settled: true", "carry settled: false",
		"resolve", "drop", "release", "forget mined: true", "forget mined: false", "unmined", "reorg", fmt.Sprint("claim: ", mint.ErrSoldOut), fmt.Sprint("claim: ", mint.ErrReserved),
		fmt.Sprint("claim: ", mint.ErrOvercommitted), fmt.Sprint("claim: ", mint.ErrTooMany), fmt.Sprint("revive: ", mint.ErrTooMany), fmt.Sprint("revive: ", mint.ErrSoldOut), fmt.Sprint("revive: ", mint.ErrReserved), fmt.Sprint("revive: ", mint.ErrOvercommitted)} {
		if met[what] == 0 {
			t.Errorf("%q never happened: the histories are too tame", what)
		}
	}
	t.Log(met)
}
