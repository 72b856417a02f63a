package mint

import (
	"github.com/ethereum/go-ethereum/common"
)

// build makes the engine's parts and hands each what it needs. They keep no state from an
// earlier start.
func (e *Engine) build() {
	e.signals = newSignals()
	e.opened = newOpening()
	quiet := &silence{clock: e.Clock, report: e.monitor.reportSilence}
	e.notify.store, e.notify.log = e.Store, e.Log
	m := &e.monitor
	m.Settings, m.log, m.clock, m.silence, m.notify = &e.Settings, e.Log, e.Clock, quiet, &e.notify
	skipped := newAccounts(skippedFor)
	used := &uses{}
	e.admission = &admission{Settings: &e.Settings, store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, chainID: e.ChainID,
		monitor: m, notify: &e.notify, signals: &e.signals, queued: &e.queued, opened: e.opened, uses: used,
		recentlySkipped: skipped, knownEOAs: newAccounts(eoaFor), wallets: places{max: maxWallets}}
	if len(e.Senders) > 0 {
		e.admission.from = e.Senders[0]
	}
	e.loop = e.buildLoop(quiet, used, skipped)
}

func (e *Engine) buildLoop(quiet *silence, used *uses, skipped *accounts) *loop {
	v, r, notify, signals := &view{}, &rhythm{}, &e.notify, &e.signals
	clocks := &clocks{Settings: &e.Settings, clock: e.Clock, view: v}
	blocks := &blocks{e.Chain, quiet}
	a := &audit{store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, blocks: blocks, silence: quiet, notify: notify,
		view: v, signals: signals, standings: map[string]*standing{}}
	f := &follower{store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, blocks: blocks, silence: quiet, notify: notify, view: v, audit: a}
	g := &gas{Settings: &e.Settings, store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, senders: e.Senders, silence: quiet, view: v,
		rhythm: r, canPay: map[common.Address]bool{}}
	txs := &txManager{Settings: &e.Settings, store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, senders: e.Senders, gas: g,
		notify: notify, view: v, audit: a, recentlySkipped: skipped}
	txs.init()
	f.left = func() {
		clear(txs.usedAt)
		used.clear()
	}
	return &loop{Settings: &e.Settings, store: e.Store, log: e.Log, clock: e.Clock, minter: e.Minter, signals: signals, notify: notify,
		monitor: &e.monitor, opened: e.opened, queued: &e.queued, view: v, rhythm: r, clocks: clocks, follower: f, audit: a, gas: g, txs: txs,
		backfill: &backfiller{chain: e.Chain, log: e.Log, blocks: blocks, view: v, audit: a, signals: signals},
		expirer: &expirer{store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, clocks: clocks, blocks: blocks, notify: notify, view: v,
			audit: a, uses: used, ended: map[string]PaymentID{}, parked: map[string]PaymentID{}},
		batcher: &batcher{Settings: &e.Settings, store: e.Store, chain: e.Chain, clock: e.Clock, clocks: clocks, notify: notify,
			monitor: &e.monitor, view: v, audit: a, gas: g, txs: txs, queued: &e.queued},
		settler: &settler{Settings: &e.Settings, store: e.Store, chain: e.Chain, log: e.Log, clock: e.Clock, minter: e.Minter, clocks: clocks,
			notify: notify, view: v, audit: a, txs: txs, settled: map[string]PaymentID{}, busy: map[account]bool{}, unread: map[account]string{}},
		delivery: &deliveryWatch{store: e.Store, senders: e.Senders, monitor: &e.monitor, view: v, txs: txs, arrivals: map[string]arrival{}},
	}
}
