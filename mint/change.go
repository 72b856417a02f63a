package mint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// ChangeType names a change of an order or of a launch, as subscribers see it.
type ChangeType string

// Types of changes. The type of an order's change is its new state, except OrderWithdrawn.
const (
	OrderClaimed  ChangeType = "order.claimed"
	OrderMinting  ChangeType = "order.minting"
	OrderMined    ChangeType = "order.mined"
	OrderMinted   ChangeType = "order.minted"
	OrderParked   ChangeType = "order.parked"
	OrderVoided   ChangeType = "order.voided"
	OrderSettled  ChangeType = "order.settled"
	OrderRefunded ChangeType = "order.refunded"
	// OrderWithdrawn: a reorg removed a mint, a settlement or a refund that an earlier
	// change reported, and no block has another one. The change's State is the order's
	// state now, or Gone.
	OrderWithdrawn ChangeType = "order.withdrawn"
	// OrderNeedsAttention: the money of a settled order waits for a person; see
	// [Order.NeedsPerson]. It follows the change of the state, if that changed too.
	OrderNeedsAttention ChangeType = "order.needs_attention"

	LaunchOpened  ChangeType = "launch.opened"
	LaunchSoldOut ChangeType = "launch.sold_out"
	LaunchClosed  ChangeType = "launch.closed"
	LaunchPaused  ChangeType = "launch.paused"
	// LaunchNeedsAttention: a fault has kept the server from selling for faultLasts.
	// LaunchOpened, or another standing, follows when it sells again.
	LaunchNeedsAttention ChangeType = "launch.needs_attention"
)

// ChangeTypes lists every type.
var ChangeTypes = []ChangeType{OrderClaimed, OrderMinting, OrderMined, OrderMinted, OrderParked, OrderVoided, OrderSettled,
	OrderRefunded, OrderWithdrawn, OrderNeedsAttention, LaunchOpened, LaunchSoldOut, LaunchClosed, LaunchPaused, LaunchNeedsAttention}

// Gone is the State in the last change of an order that a reorg removed: only its events
// had created it.
const Gone State = "gone"

// Change is an entry of the journal: one change of an order, or of a launch's standing. It
// is written in the transaction of the change itself.
type Change struct {
	// Sequence is 1 for the first change of a database, and increases by 1 with each.
	Sequence int64
	Type     ChangeType
	At       time.Time
	Launch   string // slug
	ChainID  uint64 // of the launch, when the journal is read; not a part of the ID

	// The fields of an order's change. They are zero in a launch's change, except State:
	// there it is the launch's standing.
	Order    PaymentID
	Payer    common.Address
	Quantity int64 // allotments
	State    State
	Final    bool // neither a reorg nor this server will change State again
	// Transaction is the hash of the transaction that minted, refunded or settled the
	// order, according to State; otherwise zero.
	Transaction common.Hash
}

// ID returns an identifier that no other change has: evt_, the sequence and a digest of
// the content. Two databases, such as one and its restored backup, use the same sequence
// for different changes, and the digest tells them apart.
func (c Change) ID() string {
	h := sha256.New()
	fmt.Fprintf(h, "%d\n%s\n%d\n%s\n%x\n%x\n%d\n%s\n%t\n%x", c.Sequence, c.Type, c.At.UnixNano(), c.Launch, c.Order, c.Payer, c.Quantity, c.State, c.Final, c.Transaction)
	return fmt.Sprintf("evt_%d_%s", c.Sequence, hex.EncodeToString(h.Sum(nil)[:8]))
}

// ParseChangeID returns the sequence in an identifier made by [Change.ID]. It does not
// check the digest.
func ParseChangeID(id string) (sequence int64, ok bool) {
	rest, ok := strings.CutPrefix(id, "evt_")
	number, digest, both := strings.Cut(rest, "_")
	if !ok || !both || len(digest) != 16 || strings.Trim(digest, "0123456789abcdef") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && n > 0 && strconv.FormatInt(n, 10) == number
}

// Key returns what the change is about: changes with one key are ordered.
func (c Change) Key() string {
	if c.Order == (PaymentID{}) {
		return c.Launch
	}
	return string(c.Order[:])
}

// OrderView is the part of an order that changes report. Two equal views need no change
// between them. The zero view stands for an order that does not exist.
type OrderView struct {
	Launch      string
	Quantity    int64
	State       State
	Final       bool
	Transaction common.Hash
	facts       uint8 // which of mint, settlement and refund were seen
	needsPerson bool
}

// ViewOf returns an order's view.
func ViewOf(o *Order) OrderView {
	v := OrderView{Launch: o.Launch, Quantity: o.Quantity, State: o.State(), needsPerson: o.NeedsPerson()}
	for i, m := range [...]*Mark{&o.Mint, &o.Settlement, &o.Refund} {
		if m.Seen() {
			v.facts |= 1 << i
		}
	}
	v.Final = v.State == Minted || v.State == Refunded && o.Final || v.State == Voided && kindOf(o.VoidedFor) != closed
	switch v.State {
	case Mined, Minted:
		v.Transaction = o.Mint.Tx
	case Refunded:
		v.Transaction = o.Refund.Tx
	case Settled:
		v.Transaction = o.Settlement.Tx
	}
	return v
}

// ChangesBetween returns the changes that lead from one view of an order to the next: one
// for another state, and one if the order now needs a person. So the last change of an order
// that needs a person is OrderNeedsAttention. It returns none if subscribers see no
// difference. The caller sets Sequence, At, Order and Payer.
func ChangesBetween(before, after OrderView) (all []Change) {
	if after == (OrderView{}) {
		if before == after {
			return nil
		}
		return []Change{{Type: OrderWithdrawn, Launch: before.Launch, Quantity: before.Quantity, State: Gone}}
	}
	c := Change{Type: ChangeType("order." + after.State), Launch: after.Launch, Quantity: after.Quantity, State: after.State,
		Final: after.Final, Transaction: after.Transaction}
	if before.Launch != after.Launch || before.Quantity != after.Quantity || before.State != after.State ||
		before.Final != after.Final || before.Transaction != after.Transaction {
		if before.facts&^after.facts != 0 && !after.State.Sold() && after.State != Refunded {
			c.Type = OrderWithdrawn
		}
		all = append(all, c)
	}
	if after.needsPerson && (len(all) > 0 || !before.needsPerson) {
		c.Type = OrderNeedsAttention
		all = append(all, c)
	}
	return all
}

// Type returns the type of the change that reports a standing. It is empty for
// StandingNotOpen, which is not reported.
func (s Standing) Type() ChangeType {
	switch s {
	case StandingOpen:
		return LaunchOpened
	case StandingSoldOut:
		return LaunchSoldOut
	case StandingClosed, StandingDelisted:
		return LaunchClosed
	case StandingPaused:
		return LaunchPaused
	case StandingStopped:
		return LaunchNeedsAttention
	}
	return ""
}

// faultLasts is how long a fault must keep a launch from being sold before that is
// reported. A node that is restarted or a full queue ends earlier.
const faultLasts = 2 * time.Minute

// stops are the times since when faults keep launches from being sold, by slug. They begin
// again with each process.
type stops map[string]time.Time

// lasts reports whether a launch has had faults for faultLasts or longer. A fault that ends
// by itself, because the chain's past is being read, does not count.
func (s stops) lasts(slug string, faults []Fault, now time.Time) bool {
	if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Code != "starting" && f.Code != "catching_up" }) {
		delete(s, slug)
		return false
	}
	since, known := s[slug]
	if !known || now.Before(since) { // the clock was set back
		s[slug], since = now, now
	}
	return now.Sub(since) >= faultLasts
}

// publish examines the state and reports the launches' standings, unless the store is the
// trouble. A standing that cannot be stored is stored by a later step.
func (lp *loop) publish(ctx context.Context, launches []Launch, trouble error) {
	lp.examine(ctx, launches, trouble)
	if ctx.Err() != nil || trouble != nil && lp.store.Failed(trouble) {
		return
	}
	if err := lp.reportStandings(ctx, launches); err != nil {
		lp.log.Warn("report launches", "err", err)
	}
}

// standingOf returns the standing of a launch. A launch that was reported as stopped
// remains so until it has no fault. ok is false while it is not known, because its
// contract's state was not read yet.
func (lp *loop) standingOf(l Launch) (now Standing, ok bool) {
	s := lp.audit.standing(l.Slug)
	c := s.conditions
	now = l.StandingAt(lp.clock(), s.known && (c.Paused || c.AssetPaused || c.Blacklisted))
	faults := lp.monitor.faultsOf(l.Slug)
	if lasts := lp.stops.lasts(l.Slug, faults, lp.clock()); now == StandingOpen && (lasts || len(faults) > 0 && l.Reported == StandingStopped) {
		return StandingStopped, true
	}
	return now, s.known
}

// reportStandings stores the standing of each launch that has another one than the last
// change reported. The store itself reports that a launch sold out, together with the
// mint.
func (lp *loop) reportStandings(ctx context.Context, launches []Launch) error {
	var errs []error
	for _, l := range launches {
		now, ok := lp.standingOf(l)
		if !ok || now == l.Reported {
			continue
		}
		if err := lp.store.Report(ctx, l.Slug, now); err != nil {
			errs = append(errs, fmt.Errorf("report that %s is %s: %w", l.Slug, now, err))
			continue
		}
		lp.notify.changes.announce()
	}
	return errors.Join(errs...)
}
