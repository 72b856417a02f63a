package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"
)

// market is a demo and the official facilitator on its chain, a payer with test USDC, and
// an account of a shop without any.
type market struct {
	*ledger
	shown       demoShown
	facilitator string
	payer       payer
	payTo       common.Address
}

func openMarket(t *testing.T) *market {
	t.Helper()
	begin(t)
	shown := startDemo(t)
	client, err := ethclient.Dial(shown.RPC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	funded := shown.funds(t, 2)
	return &market{&ledger{client, shown.Token}, shown, startFacilitator(t, shown, funded[0]), funded[1], newPayers(t, 1)[0].address}
}

// opens starts a shop of the market behind a door.
func (m *market) opens(t *testing.T, holds, script string) *door {
	t.Helper()
	return openDoor(t, holds, script, "FACILITATOR="+m.facilitator, "PAY_TO="+m.payTo.Hex())
}

// TestAnAgentMintsAndBuysFromOfficialServersUntilItsBudgetForTheDayIsUsedUp mints from our
// server, then buys from the official server of x402 and from mppx, with one wallet. Each
// purchase is read back from the chain.
func TestAnAgentMintsAndBuysFromOfficialServersUntilItsBudgetForTheDayIsUsedUp(t *testing.T) {
	m := openMarket(t)
	express, mppx := m.opens(t, "", "shops/express.mjs"), m.opens(t, "", "mppx/shop.mjs")
	a := startAgent(t, m.shown, m.payer, t.TempDir(), budget{"0.40", "5", []string{m.shown.MintURL, express.URL, mppx.URL}})
	had := m.usdc(t, m.payer.address)

	q := a.quote(mintURL(strings.TrimSuffix(m.shown.MintURL, "/mint"), 1))
	if q.Launch == nil || q.Launch.Token != m.token || q.PayTo != m.token {
		t.Fatalf("the quote of a mint is %+v", q)
	}
	p, err := a.pay(q)
	if err != nil || p.Status != "minted" {
		t.Fatalf("%+v, %v", p, err)
	}
	if events := m.minted(t)[p.PaymentID]; len(events) != 1 || events[0].tx != p.Transaction || events[0].payer != m.payer.address || m.allotments(t, m.payer.address) != 1 {
		t.Errorf("the chain shows %+v for %+v", events, p)
	}

	for i, shop := range []struct {
		*door
		path, protocol, delivers string
	}{{express, "/songs/1", "x402", "song 1"}, {mppx, "/song", "x402", "a song"}, {mppx, "/mpp", "mpp", "a song"}} {
		q := a.quote(shop.URL + shop.path)
		if q.PayTo != m.payTo || q.Amount != fmt.Sprint(price) {
			t.Fatalf("the quote is %+v", q)
		}
		p, err := a.pay(q)
		if err != nil || p.Status != "paid" || q.Protocol != shop.protocol || !strings.Contains(p.Answer.Body.Text, shop.delivers) {
			t.Fatalf("%s: %+v, %v", q.Protocol, p, err)
		}
		if receipt, err := m.TransactionReceipt(t.Context(), p.Transaction); err != nil || receipt.Status != 1 {
			t.Errorf("transaction %s: %v", p.Transaction, err)
		}
		if got := m.usdc(t, m.payTo); got != int64(i+1)*price {
			t.Errorf("the shop has %d after purchase %d", got, i+1)
		}
	}

	_, err = a.pay(a.quote(express.URL + "/songs/2"))
	var refused *walletError
	if !errors.As(err, &refused) || refused.Code != "limit_per_day" || !strings.Contains(refused.Detail.Text, "limit of 0.40 for 24 hours: 0.40 were signed") {
		t.Errorf("beyond the budget of the day: %v", err)
	}
	if all, _ := express.seen(); all != 1 {
		t.Errorf("the shop got %d payments", all)
	}
	var left struct {
		LeftToday, LeftInTotal string
		UndecidedPayments      int
		Balances               []struct{ Amount string }
	}
	if err := a.call("status", map[string]any{}, &left); err != nil || left.LeftToday != "0.00" || left.LeftInTotal != "4.60" || left.UndecidedPayments != 0 || len(left.Balances) != 1 {
		t.Errorf("%+v, %v", left, err)
	}
	if spent := had - m.usdc(t, m.payer.address); spent != 4*price || left.Balances[0].Amount != fmt.Sprintf("%d.%02d USDC", (had-spent)/1_000_000, (had-spent)/10_000%100) {
		t.Errorf("the payer spent %d and has %+v", spent, left.Balances)
	}
	m.books(t, 0)
}

// affordable is how many songs the wallets of a rush may buy in total.
const affordable = 4

// rush pays ten quotes of eight songs, each ten times at once.
func (a *agent) rush(shop string) (payments [100]paid, failed [100]error) {
	a.t.Helper()
	var quotes []quoted
	for i := range 10 {
		quotes = append(quotes, a.quote(fmt.Sprintf("%s/songs/%d", shop, i%8)))
	}
	together(len(payments), func(i int) { payments[i], failed[i] = a.pay(quotes[i%len(quotes)]) })
	return payments, failed
}

// rushed checks the outcome of one or more rushes of a payer: payments for the whole budget,
// and no more.
func (m *market) rushed(t *testing.T, shop *door, had int64) {
	t.Helper()
	m.settles(t, m.payTo, affordable*price)
	if all, different := shop.seen(); different != affordable {
		t.Errorf("the shop got %d payments, %d different ones", all, different)
	}
	if spent := had - m.usdc(t, m.payer.address); spent != affordable*price {
		t.Errorf("the payer spent %d", spent)
	}
}

func TestAHundredCallsAtOnceSpendTheBudgetAndNoMore(t *testing.T) {
	m := openMarket(t)
	express := m.opens(t, "", "shops/express.mjs")
	a := startAgent(t, m.shown, m.payer, t.TempDir(), budget{"5", "0.40", []string{express.URL}})
	had := m.usdc(t, m.payer.address)
	payments, failed := a.rush(express.URL)
	m.rushed(t, express, had)

	bought := map[common.Hash]bool{}
	for i, err := range failed {
		var refused *walletError
		if err == nil {
			bought[payments[i].PaymentID] = true
		} else if !errors.As(err, &refused) || refused.Code != "limit_total" && !strings.Contains(err.Error(), "paid already") {
			t.Errorf("call %d: %v", i, err)
		}
	}
	for id := range bought {
		var p paid
		if err := a.call("payment", map[string]any{"paymentId": id}, &p); err != nil || p.Status != "paid" {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if len(bought) != affordable {
		t.Errorf("the wallet reports %d payments", len(bought))
	}
}

func TestAWalletThatIsKilledInARushKeepsToItsBudgetAfterwards(t *testing.T) {
	m := openMarket(t)
	express := m.opens(t, "", "shops/express.mjs")
	dir, limits, had := t.TempDir(), budget{"5", "0.40", []string{express.URL}}, m.usdc(t, m.payer.address)
	a, over := startAgent(t, m.shown, m.payer, dir, limits), make(chan struct{})
	go func() {
		defer close(over)
		_, _ = a.rush(express.URL) // it is killed
	}()
	until(t, "a payment arrives", func() bool { all, _ := express.seen(); return all > 0 })
	a.kill()
	<-over
	_, before := express.seen()
	startAgent(t, m.shown, m.payer, dir, limits).rush(express.URL)
	m.rushed(t, express, had)
	t.Logf("%d payments had arrived before the wallet was killed", before)
}

// TestAWalletThatIsKilledWhileItBuysSendsTheSamePaymentAfterwards kills a wallet while its
// payment is on the way to a shop, and another after the shop has settled its payment and
// before the answer arrives.
func TestAWalletThatIsKilledWhileItBuysSendsTheSamePaymentAfterwards(t *testing.T) {
	m := openMarket(t)
	for _, moment := range []string{beforeTheShop, afterTheShop} {
		t.Run(moment, func(t *testing.T) {
			m.payTo = newPayers(t, 1)[0].address
			express := m.opens(t, moment, "shops/express.mjs")
			song, dir, limits := express.URL+"/songs/1", t.TempDir(), budget{"5", "5", []string{express.URL}}
			had := m.usdc(t, m.payer.address)
			a := startAgent(t, m.shown, m.payer, dir, limits)
			lost := make(chan error, 1)
			q := a.quote(song)
			go func() {
				_, err := a.pay(q)
				lost <- err
			}()
			until(t, "the payment is held", func() bool { return ended(express.held) })
			a.kill()
			if err := <-lost; err == nil {
				t.Error("the payment of a wallet that was killed has a result")
			}

			a = startAgent(t, m.shown, m.payer, dir, limits)
			p, err := a.pay(a.quote(song))
			if err != nil || p.Status != "paid" {
				t.Fatalf("%+v, %v", p, err)
			}
			if all, different := express.seen(); all < 2 || different != 1 {
				t.Errorf("the shop got %d payments, %d different ones", all, different)
			}
			m.settles(t, m.payTo, price)
			if spent := had - m.usdc(t, m.payer.address); spent != price {
				t.Errorf("the payer spent %d", spent)
			}
		})
	}
}
