package cmd

import (
	"crypto/ecdsa"
	"database/sql"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func TestAnAuditNamesWhatSomebodyDidToTheDatabase(t *testing.T) {
	long(t)
	i := newIsland(t)
	m := i.trade(i.token)
	m.live(1, 25)
	m.quiet()
	m.must(m.engine.Step(m.ctx))
	s := i.shell()
	if r := s.ok("", "audit", "--db", m.path); !strings.Contains(r.out, "no difference") || !strings.Contains(r.out, "received") {
		t.Fatalf("%s", r.out)
	}
	const oneMint = "(SELECT seq FROM events WHERE kind = 'minted' ORDER BY seq LIMIT 1)"
	const itsOrder = "id = (SELECT payment_id FROM events WHERE seq = " + oneMint + ")"
	for does, codes := range map[string][]string{
		"DELETE FROM events WHERE seq = " + oneMint:                                  {"event_missing", "order_differs"},
		"DELETE FROM events WHERE kind = 'withdrawn'":                                {"event_missing"},
		"UPDATE events SET amount = '1' WHERE seq = " + oneMint:                      {"event_differs", "order_differs"},
		"UPDATE events SET block = block + 1, log_index = 99 WHERE seq = " + oneMint: {"event_missing", "event_unknown", "order_differs"},
		"UPDATE events SET block_hash = zeroblob(32) WHERE kind = 'received'":        {"event_differs"},
		"INSERT INTO events SELECT NULL, kind, chain_id, launch, randomblob(32), payer, nonce, quantity, amount, block, block_hash, 1000, tx FROM events WHERE seq = " + oneMint: {"event_unknown", "order_missing"},
		"UPDATE launches SET sold = sold + 1":                                                                      {"database_counters"},
		"UPDATE launches SET reserved = reserved + 1":                                                              {"database_counters"},
		"UPDATE orders SET state = 'voided' WHERE " + itsOrder:                                                     {"order_state"},
		"UPDATE orders SET quantity = quantity + 1 WHERE " + itsOrder:                                              {"database_counters", "order_differs"},
		"UPDATE orders SET payer = zeroblob(20) WHERE " + itsOrder:                                                 {"order_differs"},
		"UPDATE orders SET mint_tx = NULL, mint_block = NULL, mint_hash = NULL, mint_log = NULL WHERE " + itsOrder: {"database_counters", "order_differs", "order_state"},
		"DELETE FROM orders WHERE " + itsOrder:                                                                     {"database_counters", "order_missing"},
	} {
		path := tampered(t, m, does)
		r := s.refused(1, "chain and database disagree about the money", "", "audit", "--db", path, "--json")
		var got []string
		for _, d := range decode[audited](t, r.out).Launches[0].Differences {
			got = append(got, d.Code)
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, codes) {
			t.Errorf("%s\nis told as %v, want %v", does, got, codes)
		}
		if r := s.refused(1, "", "", "audit", "--db", path); !strings.Contains(r.out, "difference: "+codes[0]) && len(codes) == 1 {
			t.Errorf("%s\n%s", does, r.out)
		}
	}
	s.refused(1, "its price, allotment, cap or limit differs from the contract's", "", "audit", "--db", tampered(t, m, "UPDATE launches SET price = price * 2"))
	s.refused(1, "the database says is final", "", "audit", "--db", tampered(t, m, "UPDATE blocks SET hash = zeroblob(32)"))
	s.refused(1, "has read no block yet", "", "audit", "--db", tampered(t, m, "DELETE FROM blocks"))
	s.refused(2, "expected one of [ping]", "", "audit", "--db", m.path, "--launch", "pong")
	s.refused(1, "--db FILE names the database", "", "audit", "--db", m.path+".none")
}

// tampered is a copy of a database to which somebody did something.
func tampered(t *testing.T, m *trade, does string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	m.must(m.store.Backup(m.ctx, path))
	db, err := sql.Open("sqlite3", path)
	m.must(err)
	defer db.Close()
	done, err := db.Exec(does)
	m.must(err)
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s: nothing was there, %v", does, err)
	}
	return path
}

func TestAnAuditNamesAMintThatNobodyPaidFor(t *testing.T) {
	i := newIsland(t)
	m := i.trade(i.token)
	l, s := m.launches[0], i.shell()
	// A gift, and whoever has the minter's key makes it a mint of their own: for
	// an authorization that was cancelled, so that the asset calls it used.
	thief := m.payer(1)
	_, err := m.net.GiveUSDC(addressOf(m.stranger), big.NewInt(1_000_000))
	m.must(err)
	m.mine()
	m.send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(l.Token, big.NewInt(2*islandPrice)))
	p := m.signed(l, thief, l.Price)
	signature, err := x402.SignCancellation(l.Asset.Domain(devnet.ChainID), p.Authorization.Nonce, thief)
	m.must(err)
	m.onChain(func() error {
		_, err := m.node.Cancel(m.ctx, devnet.USDC, addressOf(m.stranger), addressOf(thief), p.Authorization.Nonce, signature)
		return err
	})
	o := mint.Order{ID: mint.NewPaymentID(devnet.ChainID, devnet.USDC, addressOf(thief), p.Authorization.Nonce), Launch: l.Slug,
		Payer: addressOf(thief), Quantity: 1, Value: l.Price, Authorization: p.Authorization}
	stolen, err := m.node.SignSettled(t.Context(), l, mint.SettledCall{Kind: mint.SettledMint, Order: o}, addressOf(m.minter), 0, big.NewInt(1e12), big.NewInt(1e9))
	m.must(err)
	m.must(m.node.Send(m.ctx, stolen.Raw))
	m.mine()
	m.must(m.engine.Step(m.ctx))
	r := s.refused(1, "disagree about the money", "", "audit", "--db", m.path, "--json")
	var codes []string
	for _, d := range decode[audited](t, r.out).Launches[0].Differences {
		if codes = append(codes, d.Code); d.Code == "unpaid_mint" && (d.Payment == nil || *d.Payment != o.ID) {
			t.Errorf("%+v", d)
		}
	}
	if want := []string{"unpaid_mint", "contract_held", "received"}; !slices.Equal(codes, want) {
		t.Errorf("differences %v, want %v", codes, want)
	}
}

func TestAnAuditBesideARunningServerRaisesNoFalseAlarm(t *testing.T) {
	long(t)
	i := newIsland(t)
	s := i.shell()
	l, err := i.node.ReadLaunch(i.ctx, i.token)
	i.must(err)
	var payers []*ecdsa.PrivateKey
	for range 12 {
		payers = append(payers, i.payer(1))
	}
	i.mining.Store(true)
	_, url, stop := i.serving(s)
	sold := make(chan error, 1)
	go func() {
		for n, k := range payers {
			p, err := x402.Sign(l.Requirement(1), k, i.now()) // only now: the time here runs fast
			if err != nil {
				sold <- err
				return
			}
			if a := curl(t, url+"/mint", p.Header+": "+p.Value); !strings.HasPrefix(a, "HTTP/1.1 200 ") {
				sold <- fmt.Errorf("payment %d: %s", n, a)
				return
			}
		}
		close(sold)
	}()
	audits := 0
	for running := true; running; audits++ {
		select {
		case err := <-sold:
			i.must(err)
			running = false
		default:
		}
		s.ok("", "audit", "--json")
	}
	stop()
	if b := decode[audited](t, s.ok("", "audit", "--json").out).Launches[0]; b.Mints != 12 || b.Held.Amount != "1200000" || audits < 3 {
		t.Errorf("%d audits, then %+v", audits, b)
	}
}
