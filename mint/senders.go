package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// pauses is a backoff per key. It keeps a failed order, transaction or sender from
// being retried with every step, without holding up the others. The retries come after
// 1, 2, 4 … 64 blocks, or after that many times 5 s on chains that make blocks only on
// demand.
type pauses[K comparable] map[K]pause

type pause struct {
	times int
	head  uint64
	at    time.Time
}

const (
	resendEvery = 5 * time.Second

	maxPause  = 64 // blocks
	maxPauses = 10_000
)

// add counts one more failure in a row and returns the count.
func (p pauses[K]) add(key K, head uint64, now time.Time) int {
	if len(p) > maxPauses {
		maps.DeleteFunc(p, func(_ K, old pause) bool { return old.head+2*maxPause < head })
	}
	last := p[key]
	p[key] = pause{last.times + 1, head, now}
	return last.times + 1
}

// has reports whether a key must not be retried yet.
func (p pauses[K]) has(key K, head uint64, now time.Time) bool {
	last, known := p[key]
	if !known {
		return false
	}
	blocks := min(uint64(1)<<min(last.times-1, 10), maxPause)
	return head < last.head+blocks && now.Sub(last.at) < time.Duration(blocks)*resendEvery
}

// senderStates keeps which accounts of ours may send.
type senderStates struct {
	*Settings
	clock   func() time.Time
	senders []common.Address
	gas     *gas
	view    *view

	inFlight       map[common.Address]int          // account → its transactions that wait for a block
	resting        pauses[common.Address]          // senders paused after a failure
	refusedSenders map[common.Address]RefusalClass // senders that nodes refuse entirely
	refusedSince   map[int64]refusedTx             // transaction → since when nodes refuse it
	stuck          map[common.Address]int          // sender → re-pricings of its transaction, if too many
	lostAt         losses
	unsigned       map[common.Address]unsigned // accounts of External that have no work until their key signs
}

// unsigned is an account with a key that did not sign when it was last tried.
type unsigned struct {
	why   error // errUntried, or the signer's error
	tried time.Time
}

var errUntried = errors.New("it has not signed yet")

// refusedTx is a transaction that nodes refuse.
type refusedTx struct {
	sender common.Address
	since  uint64 // head
}

func newSenderStates(s *Settings, clock func() time.Time, senders []common.Address, g *gas, v *view) *senderStates {
	untried := map[common.Address]unsigned{}
	for _, account := range s.External {
		untried[account] = unsigned{why: errUntried}
	}
	return &senderStates{s, clock, senders, g, v, map[common.Address]int{}, pauses[common.Address]{}, map[common.Address]RefusalClass{},
		map[int64]refusedTx{}, map[common.Address]int{}, losses{}, untried}
}

// usable reports whether a sender may send another transaction. One that loses its account
// nonces may if no other sender can, so that orders that were taken are delivered.
func (a *senderStates) usable(sender common.Address) bool {
	head := a.view.head.Number
	able := func(s common.Address) bool {
		_, refused := a.refusedSenders[s]
		return a.gas.canPay[s] && !refused && a.signs(s) == nil && a.stuck[s] == 0 && !a.resting.has(s, head, a.clock())
	}
	well := func(s common.Address) bool { return able(s) && !a.lostAt.many(s, head) }
	return well(sender) || able(sender) && !slices.ContainsFunc(a.senders, well)
}

// free reports whether a sender may send one more transaction.
func (a *senderStates) free(sender common.Address) bool {
	return a.usable(sender) && a.inFlight[sender] < a.InFlight
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
func (a *senderStates) replaceable(sender common.Address) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range a.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(a.senders, func(s common.Address) bool { return !refused[s] && a.free(s) })
}

// signs returns nil if an account's key can sign, as far as known, or why it cannot.
func (a *senderStates) signs(account common.Address) error { return a.unsigned[account].why }

// signerFault returns the fault of an account whose key does not sign.
func (a *senderStates) signerFault(account common.Address) (SenderFault, bool) {
	why := a.signs(account)
	if why == nil || errors.Is(why, errUntried) {
		return SenderFault{}, false
	}
	return SenderFault{account, "signer", fmt.Sprintf("the key of %s does not sign: %.300s", account, why)}, true
}

// unable records that the key of an account did not sign. Only a key outside this process
// can recover; until it has signed a trial, the account gets no work. The end of ctx is no
// failure of the signer.
func (a *senderStates) unable(ctx context.Context, account common.Address, why error) {
	if ctx.Err() == nil && slices.Contains(a.External, account) {
		a.unsigned[account] = unsigned{why, a.clock()}
	}
}

// rest pauses a sender after a failure; the other senders continue.
func (a *senderStates) rest(sender common.Address) {
	a.resting.add(sender, a.view.head.Number, a.clock())
}

// late reports whether a transaction has waited so long that it gets higher fees.
func (a *senderStates) late(tx Transaction) bool {
	_, refused := a.refusedSenders[tx.Sender]
	return !refused && a.view.head.Number >= tx.Latest().Block+a.Replace
}

// handOverAfter is the number of blocks that nodes may refuse one sender's transaction
// before another sender carries its orders. It is less than refusedBlocks, so that the
// sale continues.
const handOverAfter = 2

// stalled reports whether nodes have refused a transaction for handOverAfter blocks, or
// it was re-priced maxReplaced times and is not mined.
func (a *senderStates) stalled(tx Transaction) bool {
	r, refused := a.refusedSince[tx.ID]
	return refused && a.view.head.Number >= r.since+handOverAfter || len(tx.Attempts) > maxReplaced
}

// Facilitators settle payments of launches that the operator gave to them. The engine believes
// none of their answers: a settlement is an event of the chain, and the minter then mints for
// it. It is used concurrently.
type Facilitators interface {
	// Settles reports whether facilitators settle a launch's payments: while our senders can
	// send, or while they cannot. No batch carries new payments of such a launch.
	Settles(launch string, sendersCan bool) bool
	// Holds reports whether a facilitator may still settle a claimed payment that it was asked
	// for. No batch carries it: the chain shows its settlement, or its window ends.
	Holds(id PaymentID) bool
	// Unable returns why no facilitator could settle a payment now, or "".
	Unable() string
}

// outsiders is what the engine knows of facilitators, if it has any.
type outsiders struct {
	facilitators Facilitators // nil: there are none
	monitor      *monitor
	minter       common.Address
}

// settle reports whether facilitators settle a launch's payments, as of the last examination.
func (o outsiders) settle(launch string) bool {
	if o.facilitators == nil {
		return false
	}
	_, theirs := o.monitor.latest.Load().facilitated[launch]
	return theirs
}

// hold reports whether a facilitator may still settle a payment.
func (o outsiders) hold(id PaymentID) bool { return o.facilitators != nil && o.facilitators.Holds(id) }

// examine returns the launches whose payments facilitators settle now, each with whether the
// minter can mint for it, and the faults as they are with that. Faults that only our senders have
// do not concern these launches. In place of them there are three: no facilitator can settle, and
// the minter cannot pay for gas, or its key does not sign (unsigned is why).
func (o outsiders) examine(launches []Launch, faults []Fault, canPay map[common.Address]bool, unsigned error) ([]Fault, map[string]bool) {
	if o.facilitators == nil {
		return faults, nil
	}
	facilitated := map[string]bool{}
	unable := o.facilitators.Unable()
	enough, known := canPay[o.minter]
	mints := unsigned == nil && (enough || !known)
	sendersCan := !slices.ContainsFunc(faults, func(f Fault) bool { return f.senders })
	for _, l := range launches {
		if o.facilitators.Settles(l.Slug, sendersCan) && (unable == "" && mints || o.facilitators.Settles(l.Slug, true)) {
			facilitated[l.Slug] = mints
		}
	}
	if len(facilitated) == 0 {
		return faults, nil
	}
	var all []Fault
	for _, f := range faults {
		if !f.senders {
			all = append(all, f)
			continue
		}
		for _, l := range launches {
			if _, theirs := facilitated[l.Slug]; !theirs {
				f.Launch = l.Slug
				all = append(all, f)
			}
		}
	}
	for _, l := range launches {
		if _, theirs := facilitated[l.Slug]; !theirs {
			continue
		}
		if unable != "" {
			all = append(all, delivering(launchFault("no_facilitator", l, "no facilitator can settle payments for %s now (%s); nothing is charged", l.Slug, unable)))
		}
		if unsigned != nil {
			all = append(all, delivering(launchFault("signer", l, "the key of the minter %s does not sign, so nothing could be minted for what facilitators settle: %.300s", o.minter, unsigned)))
		}
		if known && !enough {
			all = append(all, delivering(launchFault("no_gas", l, "the minter %s has too little coin to mint for what facilitators settle", o.minter)))
		}
	}
	return all, facilitated
}

// Facilitated reports whether facilitators settle a launch's payments now, and the minter can
// mint for what they settle.
func (e *Engine) Facilitated(launch string) bool {
	return e.Facilitators != nil && e.monitor.latest.Load().facilitated[launch]
}

// facilitatorsRefuse is for an order that no facilitator settles.
var facilitatorsRefuse = declare(byPayer, "no facilitator settles this payment, and as far as is known it was not charged (%v)")

// facilitatorsBar is for an order of an account that a facilitator never settles for.
var facilitatorsBar = declare(byPayer, "payments of this account are refused permanently: it was not charged, and another signature does not help (%v)")

// IsBarred reports whether a parked order was not sent, and no payment of its account will be.
func (o *Order) IsBarred() bool {
	return o.State() == Parked && kindOf(o.ParkedFor) == facilitatorsBar
}

// Decline parks a claimed order that no facilitator settles. The payer may present it again,
// which does not help if it is barred.
func (e *Engine) Decline(ctx context.Context, id PaymentID, why string, barred bool) error {
	kind := facilitatorsRefuse
	if barred {
		kind = facilitatorsBar
	}
	if err := park(ctx, e.Store, map[PaymentID]reason{id: kind.of(why)}); err != nil {
		return err
	}
	e.notify.announce(ctx, []PaymentID{id})
	return nil
}
