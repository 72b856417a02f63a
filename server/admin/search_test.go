package admin_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/servertest"
)

type orderRows struct {
	Orders []admin.OrderRow
	Next   string
	Total  int
}

func TestTheOwnerFindsOrdersAndWhatNeedsAPerson(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	var ids []string
	for range 5 {
		s := w.Sign(w.Payer(100), "/mint", 2)
		w.Pay("/mint", s).Wants(200)
		ids = append(ids, w.ID(s).String())
	}
	direct := w.Sign(w.Payer(100), "/mint", 2)
	w.SettleDirectly(direct) // and no minter is here
	w.Gives(w.Stranger, 123_456)
	w.Seen()
	look := func(query string) orderRows {
		t.Helper()
		var rows orderRows
		w.Must(json.Unmarshal(w.Get("/admin/orders"+query, cookie).Wants(200).Body, &rows))
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
		w.Get("/admin/orders?"+bad, cookie).Wants(400)
	}
	needs := look("?attention=1")
	if needs.Total != 2 || needs.Orders[0].State != "received" || needs.Orders[0].Attention.Action.Verb != "refund" || needs.Orders[0].Paid.Formatted != "0.123456" ||
		needs.Orders[1].PaymentID != w.ID(direct) || needs.Orders[1].Attention.Code != "no_minter" || needs.Orders[1].Attention.Action.Verb != "refund" {
		t.Fatalf("%+v", needs)
	}
	if got := look("?attention=1&limit=1"); got.Total != 2 || len(got.Orders) != 1 || look("?attention=1&after=" + got.Next).Orders[0].PaymentID != w.ID(direct) {
		t.Errorf("%+v", got)
	}
	if got := look("?attention=1&state=settled"); got.Total != 1 {
		t.Errorf("%+v", got)
	}
	if got := look("?q=" + servertest.Account(w.Stranger).Hex()); len(got.Orders) == 0 || got.Total != len(got.Orders) || got.Orders[0].State != "received" || got.Orders[0].CreatedAt.IsZero() {
		t.Errorf("who paid without an order is found as %+v", got)
	}
	if got := look("?state=received&q=" + servertest.Account(w.Stranger).Hex()); got.Total != 1 || got.Orders[0].Transaction == "" || got.Orders[0].CreatedAt.IsZero() {
		t.Errorf("%+v", got)
	}
	over := servertest.Decode[admin.Overview](w.Get("/admin/overview", cookie).Wants(200))
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
	call := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+w.ID(direct).String()+`"}`, cookie).Wants(200)
	if !strings.Contains(string(call.Body), "Returns 0.10 USDC") {
		t.Errorf("%s", call.Body)
	}
	w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+ids[0]+`"}`, cookie).Wants(409)
	w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"mintSettled","paymentId":"`+needs.Orders[0].PaymentID.String()+`"}`, cookie).Wants(409)
}

func TestARefundIsBoundToTheBlockOfItsMoneyUntilThatIsFinal(t *testing.T) {
	servertest.Long(t)
	// Blocks are mined while a transaction is waited for; so many are not.
	const finality = 200
	w, k := dashboard(t, servertest.Sale{Finality: finality})
	cookie := w.signIn(k)
	direct := w.Sign(w.Payer(100), "/mint", 2)
	w.SettleDirectly(direct)
	w.Seen()
	at := w.Order(direct).Settlement
	block := at.Block
	bound := func() bool {
		t.Helper()
		call := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+w.ID(direct).String()+`"}`, cookie).Wants(200)
		return strings.Contains(string(call.Body), at.BlockHash.Hex()[2:])
	}
	if !bound() {
		t.Errorf("money of block %d, final is %d, and the call does not name it", block, w.Engine.Health().Final.Number)
	}
	for range finality {
		w.MineOne()
	}
	w.Seen()
	w.Eventually("the money is final", func() bool { return w.Engine.Health().Final.Number >= block })
	if bound() {
		t.Errorf("block %d is final, and the call names it", block)
	}
}

func TestOfASettledPaymentTheMintersRoleOrTheRefusalIsSaid(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{Minter: true})
	cookie := w.signIn(k)
	w.Stop() // nothing is minted meanwhile
	w.OnChain(func() error { _, err := w.Node.SetMinter(w.Ctx, w.Launch.Token, w.Owner, common.Address{}); return err })
	direct := w.Sign(w.Payer(100), "/mint", 2)
	w.SettleDirectly(direct)
	w.GoOn()
	w.Seen()
	var rows orderRows
	w.Eventually("the order is seen", func() bool {
		w.Must(json.Unmarshal(w.Get("/admin/orders?attention=1", cookie).Wants(200).Body, &rows))
		return rows.Total == 1
	})
	if a := rows.Orders[0].Attention; a.Code != "minter_role_lost" || a.Action.Verb != "setMinter" || a.Action.Minter.Address != w.Engine.Minter {
		t.Fatalf("%+v", a)
	}
}

func TestAfterTheOwnerRenouncedItsRefundsGoOnAndNothingElseIsPromised(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	w.SendBy(w.OwnerKey, w.Launch.Token, bindings.NewLaunch().PackRenounceOwnership())
	w.Gives(w.Stranger, 123_456)
	w.Seen()
	var rows orderRows
	w.Must(json.Unmarshal(w.Get("/admin/orders?attention=1", cookie).Wants(200).Body, &rows))
	if len(rows.Orders) != 1 || rows.Orders[0].Attention.Action == nil || rows.Orders[0].Attention.Action.Verb != "refund" ||
		!strings.Contains(rows.Orders[0].Attention.Text, "renounced, and the last owner can still refund it: "+w.Owner.Hex()) {
		t.Fatalf("%+v", rows)
	}
	refund := servertest.Decode[admin.PreparedTx](w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"refund","paymentId":"`+rows.Orders[0].PaymentID.String()+`"}`, cookie).Wants(200))
	if refund.From != "refunder" || refund.Signer == nil || refund.Signer.Address != w.Owner {
		t.Errorf("%+v", refund)
	}
	a := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"pause"}`, cookie).Wants(200)
	if !strings.Contains(string(a.Body), "PING has no owner") {
		t.Errorf("%s", a.Body)
	}
}

// prolific is a store in which every payer has more mints than a transaction can present.
type prolific struct{ mint.Store }

func (prolific) History(context.Context, string, common.Address) ([]mint.PaymentID, error) {
	return make([]mint.PaymentID, mint.FoldSize+1), nil
}

func TestARefundWhoseHistoryFitsNoTransactionNamesTheCommandThatReadsIt(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{Store: func(s mint.Store) mint.Store { return prolific{s} }})
	cookie := w.signIn(k)
	direct := w.Sign(w.Payer(100), "/mint", 2)
	w.SettleDirectly(direct)
	w.Seen()
	id := w.ID(direct).String()
	for verb, want := range map[string]string{
		"refund":      "mint402 refund " + id + " --token " + w.Launch.Token.Hex(),
		"mintSettled": "minter's key reads them in parts",
	} {
		a := w.Post("POST", "/admin/calls", `{"launch":"ping","verb":"`+verb+`","paymentId":"`+id+`"}`, cookie).Wants(409)
		if !strings.Contains(string(a.Body), want) || !strings.Contains(string(a.Body), "3501 mints") {
			t.Errorf("%s: %s", verb, a.Body)
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
	w, k := dashboard(t, servertest.Sale{Chain: func(c mint.Chain) mint.Chain { node = &timeless{Chain: c}; return node }})
	cookie := w.signIn(k)
	w.Gives(w.Stranger, 123_456)
	for range 2 { // so that it is not of the head, whose time is known
		w.Seen()
	}
	w.Stop()
	node.quiet.Store(true)
	for _, path := range []string{"/admin/orders?state=received", "/admin/orders.csv?state=received"} {
		if body := string(w.Get(path, cookie).Wants(200).Body); !strings.Contains(body, "0.123456") || strings.Contains(body, "createdAt") || strings.Contains(body, "0001-01-01") {
			t.Errorf("%s: %s", path, body)
		}
	}
	node.quiet.Store(false)
	if body := string(w.Get("/admin/orders?state=received", cookie).Wants(200).Body); !strings.Contains(body, `"createdAt":"20`) {
		t.Errorf("%s", body)
	}
	w.GoOn()
}

func TestAFileOfOrdersHasAllOfThemAndNoFormula(t *testing.T) {
	servertest.Long(t)
	w, k := dashboard(t, servertest.Sale{Name: "=1+1", Symbol: "-SUM", Limit: 1, Cap: 1000})
	cookie := w.signIn(k)
	var orders []mint.Order
	for range 450 { // more than two pages
		s := w.Sign(w.Stranger, "/mint", 2)
		orders = append(orders, mint.Order{ID: w.ID(s), Launch: "ping", Payer: servertest.Account(w.Stranger), Quantity: 1, Value: big.NewInt(servertest.Price),
			Authorization: s.Authorization, Signature: []byte{1}})
	}
	w.Stop()
	reasons := map[mint.PaymentID]string{}
	for _, o := range orders {
		_, _, err := w.Store.Claim(w.Ctx, o, mint.Credit{Balance: big.NewInt(1 << 60)})
		w.Must(err)
		reasons[o.ID] = "@cmd|' /C calc'!A0;=1+1\n+1\t\"-1"
	}
	w.Must(w.Store.Park(w.Ctx, reasons))
	w.GoOn()
	a := w.Get("/admin/orders.csv?state=parked", cookie).Wants(200).Has("Content-Type", "text/csv; charset=utf-8").Has("Cache-Control", "no-store")
	if !strings.Contains(a.Header.Get("Content-Disposition"), "attachment; filename=\"orders-") {
		t.Errorf("%s", a.Header)
	}
	of := w.Get("/admin/orders.csv?launch=ping", cookie).Wants(200)
	if !strings.Contains(of.Header.Get("Content-Disposition"), "filename=\"orders-ping-") {
		t.Errorf("%s", of.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(string(a.Body))).ReadAll()
	w.Must(err)
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
	if n := len(strings.Split(strings.TrimSpace(string(w.Get("/admin/orders.csv?q="+orders[3].ID.String(), cookie).Wants(200).Body)), "\n")); n != 2 {
		t.Errorf("%d lines of one order", n)
	}
	w.Get("/admin/orders.csv?state=lost", cookie).Wants(400)
}

// order2 reads an order by its id as text.
func (w *fixture) order2(id string) mint.Order {
	w.Helper()
	parsed, err := mint.ParsePaymentID(id)
	w.Must(err)
	o, err := w.Store.Order(w.Ctx, parsed)
	w.Must(err)
	return o
}

// muteChain gives no answer about settled payments.
type muteChain struct {
	mint.Chain
	mute *atomic.Bool
}

func (c muteChain) SimulateSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, from common.Address) (string, error) {
	if c.mute.Load() {
		return "", errors.New("dial node: refused")
	}
	return c.Chain.SimulateSettled(ctx, l, call, from)
}

func TestASettledPaymentThatWaitsForANodeNeedsNoPerson(t *testing.T) {
	var mute atomic.Bool
	mute.Store(true)
	w, k := dashboard(t, servertest.Sale{Minter: true, Chain: func(c mint.Chain) mint.Chain { return muteChain{c, &mute} }})
	cookie := w.signIn(k)
	direct := w.Sign(w.Payer(100), "/mint", 2)
	w.SettleDirectly(direct)
	w.Eventually("the order waits", func() bool { return w.Orders() == 1 && w.Order(direct).ParkedFor != "" })
	rows := servertest.Decode[orderRows](w.Get("/admin/orders?state=settled", cookie).Wants(200))
	if rows.Total != 1 || rows.Orders[0].Attention != nil || !strings.Contains(rows.Orders[0].Note, "the node gives no answer") {
		t.Errorf("%+v", rows)
	}
	if needs := servertest.Decode[orderRows](w.Get("/admin/orders?attention=1", cookie).Wants(200)); needs.Total != 0 {
		t.Errorf("needs a person: %+v", needs)
	}
	w.Ahead.Store(int64(15 * time.Minute)) // the node still gives no answer
	rows = servertest.Decode[orderRows](w.Get("/admin/orders?attention=1", cookie).Wants(200))
	if rows.Total != 1 || rows.Orders[0].Attention.Action == nil || rows.Orders[0].Attention.Action.Verb != "refund" ||
		!strings.Contains(rows.Orders[0].Attention.Text, "not minted after 15 minutes. This server tries again") {
		t.Errorf("it lasts: %+v", rows)
	}
	w.Ahead.Store(0)
	mute.Store(false)
	w.Eventually("it is minted", func() bool { w.MineOne(); return w.Order(direct).Mint.Seen() })
}
