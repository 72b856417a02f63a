package server_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

type orderRows struct {
	Orders []server.OrderRow
	Next   string
	Total  int
}

func TestTheOwnerFindsOrdersAndWhatNeedsAPerson(t *testing.T) {
	w, k := dashboard(t, sale{})
	cookie := w.signIn(k)
	var ids []string
	for range 5 {
		s := w.sign(w.payer(100), "/mint", 2)
		w.pay("/mint", s).wants(200)
		ids = append(ids, w.id(s).String())
	}
	direct := w.sign(w.payer(100), "/mint", 2)
	w.settleDirectly(direct) // and no minter is here
	w.gives(w.stranger, 123_456)
	w.seen()
	look := func(query string) orderRows {
		t.Helper()
		var rows orderRows
		w.must(json.Unmarshal(w.get("/admin/orders"+query, cookie).wants(200).body, &rows))
		return rows
	}
	all := look("")
	if all.Total != 6 || len(all.Orders) != 6 || all.Next != "" {
		t.Fatalf("%d of %d, then %q", len(all.Orders), all.Total, all.Next)
	}
	var paged []string
	for after := ""; ; {
		page := look("?limit=2&after=" + after)
		for _, o := range page.Orders {
			paged = append(paged, o.PaymentID.String())
		}
		if after = page.Next; after == "" || len(page.Orders) == 0 {
			break
		}
	}
	if len(paged) != 6 || paged[0] != all.Orders[0].PaymentID.String() || paged[5] != ids[0] {
		t.Errorf("in pages: %v", paged)
	}
	mined := w.order2(ids[2])
	for query, want := range map[string]string{ids[2]: ids[2], ids[2][:12]: ids[2], mined.Payer.Hex(): ids[2], mined.Mint.Tx.Hex(): ids[2], "%20" + strings.ToUpper(ids[2][2:20]): ids[2]} {
		if got := look("?q=" + query); got.Total != 1 || got.Orders[0].PaymentID.String() != want {
			t.Errorf("%s: %+v", query, got)
		}
	}
	if got := look("?state=mined&launch=ping"); got.Total+look("?state=minted").Total != 5 {
		t.Errorf("%d", got.Total)
	}
	for _, bad := range []string{"q=xyz", "q=0x", "state=lost", "limit=0", "limit=201", "attention=yes", "after=0x12"} {
		w.get("/admin/orders?"+bad, cookie).wants(400)
	}
	needs := look("?attention=1")
	if needs.Total != 2 || needs.Orders[0].State != "received" || needs.Orders[0].Attention.Action.Verb != "refund" || needs.Orders[0].Paid.Formatted != "0.123456" ||
		needs.Orders[1].PaymentID != w.id(direct) || needs.Orders[1].Attention.Code != "no_minter" || needs.Orders[1].Attention.Action.Verb != "refund" {
		t.Fatalf("%+v", needs)
	}
	if got := look("?attention=1&limit=1"); got.Total != 2 || len(got.Orders) != 1 || look("?attention=1&after=" + got.Next).Orders[0].PaymentID != w.id(direct) {
		t.Errorf("%+v", got)
	}
	if got := look("?attention=1&state=settled"); got.Total != 1 {
		t.Errorf("%+v", got)
	}
	if got := look("?state=received&q=" + account(w.stranger).Hex()); got.Total != 1 || got.Orders[0].Transaction == "" || got.Orders[0].CreatedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	over := decode[server.Overview](w.get("/admin/overview", cookie).wants(200))
	if l := over.Launches[0]; l.Attention != 2 || l.Counts["settled"] != 1 || l.Proceeds.Withdrawable.Formatted != "0.50" || l.Solvency == nil || l.Solvency.Owed.Formatted != "0.10" {
		t.Errorf("%+v", l)
	}
	// Money is owed that no key here can mint: no more of it is taken.
	if over.Ready || !slices.ContainsFunc(over.Faults, func(f mint.Fault) bool { return f.Code == "owed_without_minter" }) {
		t.Errorf("%+v", over)
	}
	if len(over.Senders) != 1 || over.Senders[0].Mints != 7 || over.Minter != nil || over.Errors[0].Message != "<script>" {
		t.Errorf("%+v", over)
	}
	call := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+w.id(direct).String()+`"}`, cookie).wants(200)
	if !strings.Contains(string(call.body), "Returns 0.10 USDC") {
		t.Errorf("%s", call.body)
	}
	w.post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+ids[0]+`"}`, cookie).wants(409)
	w.post("POST", "/admin/calls", `{"launch":"ping","verb":"mintSettled","paymentId":"`+needs.Orders[0].PaymentID.String()+`"}`, cookie).wants(409)
}

func TestWhoeverRefundsIsToldThatAReorgCouldTakeTheMoneyAway(t *testing.T) {
	// Blocks are mined while a transaction is waited for; so many are not.
	const finality = 200
	w, k := dashboard(t, sale{finality: finality})
	cookie := w.signIn(k)
	direct := w.sign(w.payer(100), "/mint", 2)
	w.settleDirectly(direct)
	w.seen()
	block := w.order(direct).Settlement.Block
	warned := func() bool {
		t.Helper()
		call := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+w.id(direct).String()+`"}`, cookie).wants(200)
		return strings.Contains(string(call.body), "is not final")
	}
	if !warned() {
		t.Errorf("money of block %d, final is %d: not a word of it", block, w.engine.Health().Final.Number)
	}
	for range finality {
		w.mineOne()
	}
	w.seen()
	w.eventually("the money is final", func() bool { return w.engine.Health().Final.Number >= block })
	if warned() {
		t.Errorf("the warning stays, and block %d is final", block)
	}
}

func TestOfASettledPaymentTheMintersRoleOrTheRefusalIsSaid(t *testing.T) {
	w, k := dashboard(t, sale{minter: true})
	cookie := w.signIn(k)
	w.stop() // nothing is minted meanwhile
	w.onChain(func() error { _, err := w.node.SetMinter(w.ctx, w.launch.Token, w.owner, common.Address{}); return err })
	direct := w.sign(w.payer(100), "/mint", 2)
	w.settleDirectly(direct)
	w.goOn()
	w.seen()
	var rows orderRows
	w.eventually("the order is seen", func() bool {
		w.must(json.Unmarshal(w.get("/admin/orders?attention=1", cookie).wants(200).body, &rows))
		return rows.Total == 1
	})
	if a := rows.Orders[0].Attention; a.Code != "minter_role_lost" || a.Action.Verb != "setMinter" || a.Action.Minter.Address != w.engine.Minter {
		t.Fatalf("%+v", a)
	}
}

func TestAfterTheOwnerRenouncedItsRefundsGoOnAndNothingElseIsPromised(t *testing.T) {
	w, k := dashboard(t, sale{})
	cookie := w.signIn(k)
	w.sendBy(w.ownerKey, w.launch.Token, bindings.NewLaunch().PackRenounceOwnership())
	w.gives(w.stranger, 123_456)
	w.seen()
	var rows orderRows
	w.must(json.Unmarshal(w.get("/admin/orders?attention=1", cookie).wants(200).body, &rows))
	if len(rows.Orders) != 1 || rows.Orders[0].Attention.Action == nil || rows.Orders[0].Attention.Action.Verb != "refund" ||
		!strings.Contains(rows.Orders[0].Attention.Text, "renounced, and can return it still: "+w.owner.Hex()) {
		t.Fatalf("%+v", rows)
	}
	refund := decode[server.PreparedCall](w.post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+rows.Orders[0].PaymentID.String()+`"}`, cookie).wants(200))
	if refund.From != "refunder" || refund.Signer == nil || refund.Signer.Address != w.owner {
		t.Errorf("%+v", refund)
	}
	a := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"pause"}`, cookie).wants(200)
	if !strings.Contains(string(a.body), "PING has no owner") {
		t.Errorf("%s", a.body)
	}
}

// prolific is a store in which every payer has more mints than a transaction can present.
type prolific struct{ mint.Store }

func (prolific) History(context.Context, string, common.Address) ([]mint.PaymentID, error) {
	return make([]mint.PaymentID, mint.FoldSize+1), nil
}

func TestARefundWhoseHistoryFitsNoTransactionNamesTheCommandThatReadsIt(t *testing.T) {
	w, k := dashboard(t, sale{store: func(s mint.Store) mint.Store { return prolific{s} }})
	cookie := w.signIn(k)
	direct := w.sign(w.payer(100), "/mint", 2)
	w.settleDirectly(direct)
	w.seen()
	id := w.id(direct).String()
	for verb, want := range map[string]string{
		"refund":      "mint402 refund " + id + " --token " + w.launch.Token.Hex(),
		"mintSettled": "minter's key reads them in parts",
	} {
		a := w.post("POST", "/admin/calls", `{"launch":"ping","verb":"`+verb+`","paymentId":"`+id+`"}`, cookie).wants(409)
		if !strings.Contains(string(a.body), want) || !strings.Contains(string(a.body), "3501 mints") {
			t.Errorf("%s: %s", verb, a.body)
		}
	}
}

// timeless is a chain that tells no block's time once it is told so.
type timeless struct {
	mint.Chain
	quiet atomic.Bool
}

func (c *timeless) Block(ctx context.Context, number uint64) (mint.Block, error) {
	if c.quiet.Load() {
		return mint.Block{}, errors.New("read block: timeout")
	}
	return c.Chain.Block(ctx, number)
}

func TestOfMoneyWhoseBlockTellsNoTimeNoneIsSaid(t *testing.T) {
	var node *timeless
	w, k := dashboard(t, sale{chain: func(c mint.Chain) mint.Chain { node = &timeless{Chain: c}; return node }})
	cookie := w.signIn(k)
	w.gives(w.stranger, 123_456)
	for range 2 { // so that it is not of the head, whose time is known
		w.seen()
	}
	w.stop()
	node.quiet.Store(true)
	for _, path := range []string{"/admin/orders?state=received", "/admin/orders.csv?state=received"} {
		if body := string(w.get(path, cookie).wants(200).body); !strings.Contains(body, "0.123456") || strings.Contains(body, "createdAt") || strings.Contains(body, "0001-01-01") {
			t.Errorf("%s: %s", path, body)
		}
	}
	node.quiet.Store(false)
	if body := string(w.get("/admin/orders?state=received", cookie).wants(200).body); !strings.Contains(body, `"createdAt":"20`) {
		t.Errorf("%s", body)
	}
	w.goOn()
}

func TestAFileOfOrdersHasAllOfThemAndNoFormula(t *testing.T) {
	w, k := dashboard(t, sale{name: "=1+1", symbol: "-SUM", limit: 1, cap: 1000})
	cookie := w.signIn(k)
	var orders []mint.Order
	for range 450 { // more than two pages
		s := w.sign(w.stranger, "/mint", 2)
		orders = append(orders, mint.Order{ID: w.id(s), Launch: "ping", Payer: account(w.stranger), Quantity: 1, Value: big.NewInt(price),
			Authorization: s.Authorization, Signature: []byte{1}})
	}
	w.stop()
	reasons := map[mint.PaymentID]string{}
	for _, o := range orders {
		_, _, err := w.store.Claim(w.ctx, o, mint.Credit{Balance: big.NewInt(1 << 60)})
		w.must(err)
		reasons[o.ID] = "@cmd|' /C calc'!A0;=1+1\n+1\t\"-1"
	}
	w.must(w.store.Park(w.ctx, reasons))
	w.goOn()
	a := w.get("/admin/orders.csv?state=parked", cookie).wants(200).has("Content-Type", "text/csv; charset=utf-8").has("Cache-Control", "no-store")
	if !strings.Contains(a.header.Get("Content-Disposition"), "attachment; filename=\"orders-") {
		t.Errorf("%s", a.header)
	}
	rows, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
	w.must(err)
	if len(rows) != 451 {
		t.Fatalf("%d rows", len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
		for _, cell := range row {
			for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) { // as some would read it
				if strings.ContainsRune("=+-@", rune(strings.TrimSpace(part + "?")[0])) {
					t.Fatalf("a formula: %q", row)
				}
			}
		}
	}
	if len(seen) != 450 {
		t.Errorf("%d different orders", len(seen))
	}
	if got := rows[1][7]; got != "'-SUM" {
		t.Errorf("symbol %q", got)
	}
	if n := len(strings.Split(strings.TrimSpace(string(w.get("/admin/orders.csv?q="+orders[3].ID.String(), cookie).wants(200).body)), "\n")); n != 2 {
		t.Errorf("%d lines of one order", n)
	}
	w.get("/admin/orders.csv?state=lost", cookie).wants(400)
}

// order2 reads an order by its id as text.
func (w *world) order2(id string) mint.Order {
	w.Helper()
	parsed, err := mint.ParsePaymentID(id)
	w.must(err)
	o, err := w.store.Order(w.ctx, parsed)
	w.must(err)
	return o
}

// gives has somebody transfer money to the launch, without an authorization.
func (w *world) gives(k *ecdsa.PrivateKey, amount int64) {
	w.Helper()
	_, err := w.net.GiveUSDC(account(k), big.NewInt(amount))
	w.must(err)
	_, err = w.net.Mine()
	w.must(err)
	w.send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(w.launch.Token, big.NewInt(amount)))
}
