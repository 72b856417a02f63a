package crowd_test

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store/crowds"
)

var (
	ctx   = context.Background()
	zero  common.Address
	alice = common.HexToAddress("0xa1")
	bob   = common.HexToAddress("0xb0")
)

// move is a transfer in a block.
type move struct {
	crowd.Transfer
	block uint64
}

// world is a chain with transfers, and a ledger of what was minted. An allotment is one token.
type world struct {
	*testing.T
	moves       []move
	omits       func(move) bool // what the node leaves out; may be nil
	fails       error
	branch      byte // in the hashes of blocks
	asked       [][2]uint64
	head, final uint64
	launches    []mint.Launch
	minters     []crowd.Minter
	now         time.Time
	looks       int
	received    int
	used        map[common.Address]bool
	index       *crowds.Index
	follower    *crowd.Follower
}

func open(t *testing.T, slugs ...string) *world {
	t.Helper()
	w := &world{T: t, now: time.Unix(1_000_000, 0), used: map[common.Address]bool{}}
	for n, slug := range slugs {
		w.launches = append(w.launches, mint.Launch{Slug: slug, Token: common.BytesToAddress([]byte{9, byte(n)}), DeployedAt: 10, Allotment: big.NewInt(1)})
	}
	var err error
	w.index, err = crowds.OpenIndex(ctx, filepath.Join(t.TempDir(), "holders"))
	w.must(err)
	t.Cleanup(func() { w.index.Close() })
	w.must(w.index.Bind(ctx, common.Hash{1}))
	w.start()
	return w
}

// start makes a new follower, which remembers nothing.
func (w *world) start() {
	w.follower = &crowd.Follower{Index: w.index, Ledger: w, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return w.now },
		Dial:     func(context.Context) (crowd.Chain, error) { return w, nil },
		Launches: func(context.Context) ([]mint.Launch, error) { return w.launches, nil },
		Heads:    func() (mint.Block, mint.Block) { return w.at(w.head), w.at(w.final) }}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) at(n uint64) mint.Block {
	if n == 0 {
		return mint.Block{}
	}
	return mint.Block{Number: n, Hash: common.Hash{w.branch, byte(n >> 8), byte(n)}}
}

func (w *world) Block(_ context.Context, n uint64) (mint.Block, error) { return w.at(n), nil }

func (w *world) Transfers(_ context.Context, tokens []common.Address, after, to mint.Block) (found []crowd.Transfer, err error) {
	if w.asked = append(w.asked, [2]uint64{after.Number + 1, to.Number}); w.fails != nil {
		return nil, w.fails
	}
	for _, b := range []mint.Block{after, to} {
		if (b.Hash != common.Hash{}) && b.Hash != w.at(b.Number).Hash {
			return nil, mint.ErrUnknownBlock
		}
	}
	for _, m := range w.moves {
		if m.block > after.Number && m.block <= to.Number && slices.Contains(tokens, m.Token) && (w.omits == nil || !w.omits(m)) {
			found = append(found, m.Transfer)
		}
	}
	return found, nil
}

func (w *world) Received(_ context.Context, asset common.Address, accounts []common.Address, after, to mint.Block) (found []crowd.Transfer, err error) {
	w.received++
	for _, m := range w.moves {
		if m.Token == asset && m.block > after.Number && m.block <= to.Number && slices.Contains(accounts, m.To) {
			m.Block = m.block
			found = append(found, m.Transfer)
		}
	}
	return found, nil
}

func (w *world) Untouched(_ context.Context, accounts []common.Address) ([]bool, error) {
	w.looks++
	found := make([]bool, len(accounts))
	for i, a := range accounts {
		found[i] = !w.used[a]
	}
	return found, nil
}

func (w *world) EachMinter(_ context.Context, _ string, do func(crowd.Minter) error) error {
	for _, m := range w.minters {
		w.must(do(m))
	}
	return nil
}

func (w *world) SoldUpTo(_ context.Context, slug string, block uint64) (sold int64, readTo uint64, err error) {
	for _, m := range w.moves {
		if m.From == zero && m.Token == w.token(slug) && m.block <= block {
			sold += m.Value.Int64()
		}
	}
	return sold, max(w.head, w.final), nil
}

func (w *world) token(slug string) common.Address {
	return w.launches[slices.IndexFunc(w.launches, func(l mint.Launch) bool { return l.Slug == slug })].Token
}

func (w *world) moved(slug string, block uint64, from, to common.Address, value int64) {
	w.moves = append(w.moves, move{crowd.Transfer{Token: w.token(slug), From: from, To: to, Value: big.NewInt(value)}, block})
	w.head = max(w.head, block)
}

// follow lets the follower work until there is no more to do.
func (w *world) follow() {
	w.Helper()
	for range 1000 {
		more, err := w.follower.Step(ctx)
		w.must(err)
		if !more {
			return
		}
	}
	w.Fatal("there is always more to do")
}

// holds is what the index has of a launch, and whether it is complete.
func (w *world) holds(slug string) (h crowd.Holdings, balances map[common.Address]int64) {
	w.Helper()
	h, err := w.index.Holdings(ctx, w.token(slug))
	w.must(err)
	all, err := w.index.Holders(ctx, w.token(slug), "", 0, 1000)
	w.must(err)
	balances = map[common.Address]int64{}
	for i, one := range all {
		balances[one.Account] = one.Balance.Int64()
		if one.Rank != int64(i+1) || i > 0 && one.Balance.Cmp(all[i-1].Balance) > 0 {
			w.Errorf("%+v is out of order", one)
		}
	}
	if int64(len(all)) != h.Holders {
		w.Errorf("%d holders are counted, and there are %d", h.Holders, len(all))
	}
	return h, balances
}

func TestBalancesFollowTransfersOfFinalBlocksOnly(t *testing.T) {
	w := open(t, "ping")
	w.moved("ping", 20, zero, alice, 100)
	w.moved("ping", 21, alice, bob, 30)
	w.moved("ping", 22, alice, alice, 70)
	w.moved("ping", 23, bob, alice, 0)
	w.moved("ping", 40, bob, alice, 30)
	w.final = 30
	w.follow()
	h, balances := w.holds("ping")
	if h.To != w.at(30) || !h.Complete() || balances[alice] != 70 || balances[bob] != 30 || len(balances) != 2 || h.TopTen.Int64() != 100 {
		t.Fatalf("%+v, %v", h, balances)
	}
	for _, asked := range w.asked {
		if asked[1] > w.final || asked[0] != 10 {
			t.Errorf("blocks %v were read, and %d is final", asked, w.final)
		}
	}
	w.final, w.now = 40, w.now.Add(time.Hour)
	w.start() // a restart continues
	w.asked = nil
	w.follow()
	if h, balances := w.holds("ping"); !h.Complete() || balances[alice] != 100 || len(balances) != 1 || len(w.asked) != 1 || w.asked[0] != [2]uint64{31, 40} {
		t.Errorf("%+v, %v, %v", h, balances, w.asked)
	}
}

func TestNewTransfersAreReadAllLaunchesTogetherAndSeldom(t *testing.T) {
	w := open(t, "ping", "pong", "pang")
	w.launches[2].DeployedAt = 25_000
	w.moved("ping", 20, zero, alice, 1)
	w.moved("pang", 26_000, zero, bob, 1)
	w.head, w.final = 30_000, 30_000
	w.follow()
	for _, slug := range []string{"ping", "pong", "pang"} {
		if h, _ := w.holds(slug); h.To != w.at(30_000) || !h.Complete() {
			t.Errorf("%s: %+v", slug, h)
		}
	}
	if len(w.asked) > 5 {
		t.Errorf("%d requests: %v", len(w.asked), w.asked)
	}
	w.asked = nil
	for w.final < 30_100 {
		w.final++
		w.head = w.final
		w.follow()
	}
	if len(w.asked) > 0 {
		t.Errorf("within a moment %v were read", w.asked)
	}
	w.now = w.now.Add(6 * time.Minute)
	w.follow()
	if len(w.asked) != 1 || w.asked[0] != [2]uint64{30_001, 30_100} {
		t.Errorf("after some minutes: %v", w.asked)
	}
}

func TestAMintThatANodeLeavesOutIsSeenAndReadAgain(t *testing.T) {
	w := open(t, "ping")
	w.moved("ping", 20, zero, alice, 100)
	w.moved("ping", 21, zero, bob, 5)
	w.final = 30
	w.omits = func(m move) bool { return m.To == bob }
	w.follow()
	if h, _ := w.holds("ping"); h.Complete() || h.Held.Int64() != 100 || h.Supply.Int64() != 105 {
		t.Fatalf("%+v", h)
	}
	w.omits, w.now = nil, w.now.Add(30*time.Minute)
	w.follow()
	if h, _ := w.holds("ping"); h.Complete() {
		t.Error("it was read again at once")
	}
	w.now = w.now.Add(time.Hour)
	w.follow()
	if h, balances := w.holds("ping"); !h.Complete() || balances[bob] != 5 {
		t.Errorf("%+v, %v", h, balances)
	}
}

func TestABalanceBelowZeroChangesNothingAndStopsNoOtherLaunch(t *testing.T) {
	w := open(t, "ping", "pong")
	w.moved("ping", 20, zero, alice, 100)
	w.moved("ping", 21, alice, bob, 100)
	w.moved("pong", 22, zero, alice, 7)
	w.final = 30
	w.omits = func(m move) bool { return m.Token == w.token("ping") && m.From == zero }
	if _, err := w.follower.Step(ctx); !errors.Is(err, crowd.ErrNegative) {
		t.Fatalf("%v", err)
	}
	w.follow()
	if h, balances := w.holds("ping"); h.Read() || len(balances) > 0 {
		t.Errorf("%+v, %v", h, balances)
	}
	if h, _ := w.holds("pong"); !h.Complete() {
		t.Errorf("%+v", h)
	}
	w.final, w.head, w.now = 50, 50, w.now.Add(10*time.Minute)
	w.follow()
	if h, _ := w.holds("pong"); h.To != w.at(50) {
		t.Errorf("the other launch is at %+v", h)
	}
	w.omits, w.now = nil, w.now.Add(time.Hour)
	w.follow()
	if h, balances := w.holds("ping"); !h.Complete() || balances[bob] != 100 {
		t.Errorf("%+v, %v", h, balances)
	}
}

func TestAnIndexOfABlockThatIsGoneIsReadAgain(t *testing.T) {
	w := open(t, "ping")
	w.moved("ping", 20, zero, alice, 100)
	w.final = 30
	w.follow()
	w.branch, w.final, w.head, w.now = 1, 40, 40, w.now.Add(time.Hour)
	w.moves[0].To = bob
	if _, err := w.follower.Step(ctx); err == nil {
		t.Fatal("a block that is gone is no error")
	}
	w.follow()
	if h, balances := w.holds("ping"); h.To != w.at(40) || !h.Complete() || balances[bob] != 100 || len(balances) != 1 {
		t.Errorf("%+v, %v", h, balances)
	}
	w.must(w.index.Bind(ctx, common.Hash{2}))
	if h, balances := w.holds("ping"); h.Read() || len(balances) > 0 {
		t.Errorf("an index of another chain has %+v, %v", h, balances)
	}
}

func TestANodeThatFailsLeavesTheLastList(t *testing.T) {
	w := open(t, "ping")
	w.moved("ping", 20, zero, alice, 100)
	w.final = 30
	w.follow()
	w.final, w.head, w.now, w.fails = 60, 60, w.now.Add(time.Hour), errors.New("no logs here")
	if _, err := w.follower.Step(ctx); err == nil {
		t.Fatal("no error")
	}
	if h, balances := w.holds("ping"); h.To != w.at(30) || !h.Complete() || balances[alice] != 100 {
		t.Errorf("%+v, %v", h, balances)
	}
}

func TestAnAccountIsLookedAtOnceAndTooLateLooksSaySo(t *testing.T) {
	w := open(t, "ping")
	old := common.HexToAddress("0x01d")
	w.used[bob], w.used[old] = true, true
	w.minters = []crowd.Minter{{Payer: alice, First: 4990}, {Payer: bob, First: 4990}, {Payer: old, First: 20}}
	w.launches[0].Sold, w.head, w.final = 3, 5000, 4900
	w.follow()
	counts, err := w.index.CountLooks(ctx, []common.Address{alice, bob, old})
	w.must(err)
	if counts[crowd.Fresh] != 1 || counts[crowd.Used] != 1 || counts[crowd.Late] != 1 || w.looks != 1 {
		t.Errorf("%v after %d looks", counts, w.looks)
	}
	w.used[alice] = true
	w.start()
	w.follow()
	if again, _ := w.index.CountLooks(ctx, []common.Address{alice, bob, old}); again != counts || w.looks != 1 {
		t.Errorf("%v after %d looks", again, w.looks)
	}
}

func TestPayersAreGroupedByTheLastTransferBeforeTheirFirstMint(t *testing.T) {
	w := open(t, "ping")
	usdc := w.launches[0].Asset.Address
	exchange, other := common.HexToAddress("0xe1"), common.HexToAddress("0xe2")
	fund := func(block uint64, from, to common.Address, value int64) {
		w.moves = append(w.moves, move{crowd.Transfer{Token: usdc, From: from, To: to, Value: big.NewInt(value)}, block})
	}
	payer := func(n byte) common.Address { return common.Address{7, n} }
	fund(50_000, other, payer(1), 5)
	fund(50_010, exchange, payer(1), 5) // the last one counts
	fund(50_020, alice, payer(1), 5)    // after its first mint
	fund(50_001, exchange, payer(2), 5)
	fund(50_002, other, payer(2), 0) // nothing
	fund(50_003, other, payer(3), 5)
	fund(10, exchange, payer(4), 5) // long before
	fund(50_004, payer(5), payer(5), 5)
	for n := range byte(5) {
		w.minters = append(w.minters, crowd.Minter{Payer: payer(n + 1), First: 50_015})
	}
	w.minters = append(w.minters, crowd.Minter{Payer: payer(6), First: 60_001}, // not final
		crowd.Minter{Payer: payer(7), First: 50_030}) // so that more blocks are read than payer 1 needs
	w.head, w.final = 60_005, 60_000
	w.follow()
	if w.received != 0 {
		t.Fatal("funders were looked up without the flag")
	}
	w.start()
	w.follower.Funders = true
	w.follow()
	all := []common.Address{payer(1), payer(2), payer(3), payer(4), payer(5), payer(6), payer(7)}
	g, err := w.index.Groups(ctx, all)
	w.must(err)
	if want := (crowd.Groups{Groups: 1, Addresses: 2, Largest: 2, Alone: 1, NotKnown: 4}); g != want || w.received != 1 {
		t.Errorf("%+v after %d requests", g, w.received)
	}
	w.start()
	w.follower.Funders = true
	w.follow()
	if w.received != 1 {
		t.Error("they were looked up again")
	}
}
