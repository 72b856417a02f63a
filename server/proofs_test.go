package server_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// nodes is a ledger that knows the launch and the network's asset.
type nodes struct {
	node  *chain.Client
	asset common.Address
	token common.Address
}

func (n *nodes) Transaction(ctx context.Context, network string, hash common.Hash) (*proof.Transaction, error) {
	if network != "eip155:84532" {
		return nil, proof.ErrOtherChain
	}
	e, err := chain.ReadExecuted(ctx, n.node, hash)
	if err != nil || e == nil {
		return nil, err
	}
	tx := &proof.Transaction{Block: e.At.Block, Reverted: e.Reverted, Final: e.Final}
	for _, t := range e.Transfers {
		tx.Transfers = append(tx.Transfers, proof.Transfer{Known: t.Token == n.asset, Asset: t.Token, From: t.From, To: t.To, Amount: t.Amount})
	}
	for _, m := range e.Mints {
		tx.Mints = append(tx.Mints, proof.Mint{Known: m.Token == n.token, Token: m.Token, ID: common.Hash(m.ID), Payer: m.Payer, Quantity: m.Quantity})
	}
	return tx, nil
}

// proving opens a world whose server signs in a style.
func proving(t *testing.T, style proof.Style, s servertest.Sale) *world {
	t.Helper()
	ledger := &nodes{}
	more := s.Configure
	s.Configure = func(face *server.Server) {
		if more != nil {
			more(face)
		}
		issuer, err := proof.NewIssuer(style, face.Presenter.PublicURL, servertest.Key(t))
		if err != nil {
			t.Fatal(err)
		}
		face.Presenter.Proofs, face.Ledger = issuer, ledger
	}
	w := open(t, s)
	*ledger = nodes{w.Node, w.Launch.Asset.Address, w.Launch.Token}
	return w
}

type verified struct{ Reports []proof.Report }

// verifies asks the server about a document.
func (w *world) verifies(document any) proof.Report {
	w.Helper()
	body, err := json.Marshal(document)
	w.Must(err)
	a := w.Post(http.MethodPost, "/receipts/verify", string(body), servertest.Header{"Content-Type": "application/json"}).Wants(200)
	v := servertest.Decode[verified](a)
	if len(v.Reports) != 1 {
		w.Fatalf("%d reports: %s", len(v.Reports), a.Body)
	}
	return v.Reports[0]
}

func TestAMintedPaymentHasASignedReceiptThatVerifies(t *testing.T) {
	for _, style := range []proof.Style{proof.StyleJWS, proof.StyleES256K, proof.StyleEIP712} {
		t.Run(string(style), func(t *testing.T) {
			w := proving(t, style, servertest.Sale{})
			for version := 1; version <= 2; version++ {
				s := w.Sign(w.Payer(100), "/mint?quantity=2", version)
				a := w.Pay("/mint?quantity=2", s).Wants(200)
				r := servertest.Decode[api.Receipt](a)
				if r.Proof == nil {
					t.Fatalf("no receipt: %s", a.Body)
				}
				st, err := r.Proof.Statement()
				w.Must(err)
				if got := st.Receipt; got.ResourceURL != w.URL+"/mint?quantity=2" || got.Payer != r.Payer.Hex() || got.Transaction != r.Transaction || got.Network != r.Network {
					t.Errorf("%+v", got)
				}
				settle, err := json.Marshal(a.Settle())
				w.Must(err)
				found, err := proof.Find(settle)
				if err != nil || len(found) != 1 || found[0].Signature != r.Proof.Signature {
					t.Errorf("the header has %+v, %v", found, err)
				}
				if report := w.verifies(r); !report.Valid || report.PaymentID != r.PaymentID.String() {
					t.Errorf("%+v", report)
				}
				if report := w.verifies(json.RawMessage(settle)); !report.Valid {
					t.Errorf("%+v", report)
				}
				order := servertest.Decode[api.Receipt](w.Get("/orders/"+r.PaymentID.String(), nil))
				if order.Proof == nil {
					t.Fatal("the order has no receipt")
				}
				if report := w.verifies(order.Proof); !report.Valid {
					t.Errorf("%+v", report)
				}
			}
		})
	}
}

func TestAChangedFieldNextToASignedReceiptDoesNotVerify(t *testing.T) {
	w := proving(t, proof.StyleJWS, servertest.Sale{})
	good := servertest.Decode[map[string]any](w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200))
	if r := w.verifies(good); !r.Valid {
		t.Fatalf("%+v", r.Checks)
	}
	other := "0x" + strings.Repeat("ab", 20)
	for field, value := range map[string]any{"tokens": "9000", "tokensBase": "9", "quantity": 9, "symbol": "WBTC", "launch": "other", "payer": other, "token": other,
		"network": "eip155:1", "transaction": "0x" + strings.Repeat("cd", 32), "paymentId": "0x" + strings.Repeat("cd", 32), "settlement": "0x" + strings.Repeat("cd", 32),
		"paid": map[string]any{"amount": "1", "formatted": "0.000001", "symbol": "USDC", "asset": good["paid"].(map[string]any)["asset"]}} {
		bad := maps.Clone(good)
		bad[field] = value
		r := w.verifies(bad)
		last := r.Checks[len(r.Checks)-1]
		if r.Valid || last.Name != proof.CheckFields || last.Status != proof.Failed || !strings.HasPrefix(last.Detail, field+":") {
			t.Errorf("%s: %+v", field, r)
		}
	}
}

func TestAReceiptIsSignedOnlyOnceABlockHasTheMint(t *testing.T) {
	w := proving(t, proof.StyleJWS, servertest.Sale{Wait: time.Millisecond})
	w.Mining.Store(false)
	s := w.Sign(w.Payer(100), "/mint", 2)
	if a := w.Pay("/mint", s).Wants(202); strings.Contains(string(a.Body), "proof") {
		t.Errorf("a pending payment has a receipt: %s", a.Body)
	}
	path := "/orders/" + w.ID(s).String()
	if a := w.Get(path, nil).Wants(202); strings.Contains(string(a.Body), "proof") {
		t.Errorf("a pending order has a receipt: %s", a.Body)
	}
	w.Mining.Store(true)
	w.Eventually("the order is minted and has a receipt", func() bool {
		r := servertest.Decode[api.Receipt](w.Get(path, nil))
		return r.Proof != nil && (r.State == "mined" || r.State == "minted")
	})
	refused := w.Sign(w.Payer(0), "/mint", 2)
	if a := w.Pay("/mint", refused); strings.Contains(string(a.Body), `"proof"`) || strings.Contains(string(a.Body), `"receipt":{`) {
		t.Errorf("a refused payment has a receipt: %s", a.Body)
	}
}

func TestAReceiptOfAMintThatAReorgTookDoesNotVerify(t *testing.T) {
	w := proving(t, proof.StyleJWS, servertest.Sale{})
	s := w.Sign(w.Payer(100), "/mint", 2)
	r := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
	if report := w.verifies(r); !report.Valid {
		t.Fatalf("%+v", report)
	}
	w.reorg(w.Order(s).Mint.Block)
	w.Eventually("taken back", func() bool { o := w.Order(s); return !o.State().Sold() })
	report := w.verifies(r)
	if report.Valid {
		t.Errorf("%+v", report)
	}
	for _, c := range report.Checks {
		if want := c.Name != proof.CheckChain && c.Name != proof.CheckOrder; (c.Status == proof.Passed) != want {
			t.Errorf("%+v", c)
		}
	}
	for _, path := range []string{"/orders/" + w.ID(s).String()} {
		if a := w.Get(path, nil); a.Status != 202 || strings.Contains(string(a.Body), `"proof"`) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	w.GoOn()
	w.Eventually("minted again", func() bool { o := w.Order(s); return o.State().Sold() })
	again := servertest.Decode[api.Receipt](w.Pay("/mint", s).Wants(200))
	if report := w.verifies(again); !report.Valid || again.PaymentID != r.PaymentID {
		t.Errorf("%+v", report)
	}
}

func TestA402HasASignedOfferThatIsKeptWithIt(t *testing.T) {
	w := proving(t, proof.StyleEIP712, servertest.Sale{})
	offers := func(path string) []proof.Signed {
		a := w.Get(path, nil).Wants(402)
		header, err := json.Marshal(a.Required())
		w.Must(err)
		found, err := proof.Find(header)
		w.Must(err)
		inBody, err := proof.Find(a.Body)
		if err != nil || len(inBody) != len(found) || inBody[0].Signature != found[0].Signature {
			t.Errorf("the body has %v, %v", inBody, err)
		}
		return found
	}
	first := offers("/mint?quantity=3")
	if len(first) != 1 {
		t.Fatalf("%d offers", len(first))
	}
	st, err := first[0].Statement()
	w.Must(err)
	if o := st.Offer; o.Amount != "300000" || o.PayTo != w.Launch.Token.Hex() || o.ResourceURL != w.URL+"/mint?quantity=3" || time.Until(o.ValidUntil).Round(time.Minute) != 5*time.Minute {
		t.Errorf("%+v", o)
	}
	if report := w.verifies(first[0]); !report.Valid || report.Kind != proof.KindOffer {
		t.Errorf("%+v", report)
	}
	time.Sleep(1100 * time.Millisecond) // an offer of the same second has the same signature
	if again := offers("/mint?quantity=3"); again[0].Signature != first[0].Signature {
		t.Error("the offer was signed for each request")
	}
}

func TestTheKeysArePublishedOnlyIfThereAreAny(t *testing.T) {
	w := proving(t, proof.StyleJWS, servertest.Sale{})
	w.Get("/.well-known/did.json", nil).Wants(200).Has("Content-Type", "application/did+json").Has("Access-Control-Allow-Origin", "*")
	w.Get("/.well-known/jwks.json", nil).Wants(200).Has("Content-Type", "application/jwk-set+json")
	none := open(t, servertest.Sale{})
	none.Get("/.well-known/did.json", nil).Wants(404)
	if a := none.Get("/mint", nil).Wants(402); strings.Contains(string(a.Body), "offer-receipt") {
		t.Errorf("%s", a.Body)
	}
	if a := none.Pay("/mint", none.Sign(none.Payer(100), "/mint", 2)).Wants(200); strings.Contains(string(a.Body), "proof") {
		t.Errorf("%s", a.Body)
	}
}

func TestWhatCannotBeVerifiedIsRefusedOrReported(t *testing.T) {
	w := proving(t, proof.StyleEIP712, servertest.Sale{})
	good := servertest.Decode[api.Receipt](w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200))
	wire, err := json.Marshal(good.Proof)
	w.Must(err)
	post := func(body, kind string) servertest.Answer {
		return w.Post(http.MethodPost, "/receipts/verify", body, servertest.Header{"Content-Type": kind})
	}
	post(string(wire), "text/plain").Wants(415)
	for name, row := range map[string]struct{ body, field string }{
		"nothing":           {"", "body"},
		"a list":            {"[" + string(wire) + "]", "body"},
		"no receipt":        {`{"a":1}`, "document"},
		"a key twice":       {`{"format":"jws",` + string(wire)[1:], "document"},
		"an unknown format": {`{"format":"pgp","signature":"x"}`, "format"},
		"no JSON":           {`{`, "document"},
		"too deep":          {strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), "document"},
		"no payload":        {`{"format":"eip712","signature":"0x00"}`, "payload"},
		"many statements":   {`{"extensions":{"offer-receipt":{"info":{"offers":[` + strings.Repeat(string(wire)+",", 4) + string(wire) + `]}}}}`, "body"},
	} {
		if f := post(row.body, "application/json").Wants(400).Problem("bad_request"); f.Field != row.field {
			t.Errorf("%s: the field is %q (%s); want %q", name, f.Field, f.Message, row.field)
		}
	}
	post(strings.Repeat(" ", api.MaxBody)+string(wire), "application/json").Wants(413)

	other := servertest.Decode[api.Receipt](w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200))
	for name, changed := range map[string]string{
		"another payer":       strings.Replace(string(wire), good.Payer.Hex(), other.Payer.Hex(), 1),
		"another transaction": strings.Replace(string(wire), good.Transaction[2:], other.Transaction[2:], 1),
		"another server":      strings.Replace(string(wire), w.URL, "https://169.254.169.254", 1),
		"a later time":        strings.Replace(string(wire), `"issuedAt":1`, `"issuedAt":2`, 1),
	} {
		if changed == string(wire) {
			t.Fatalf("%s: nothing changed", name)
		}
		v := servertest.Decode[verified](post(changed, "application/json").Wants(200))
		if v.Reports[0].Valid {
			t.Errorf("%s: %+v", name, v.Reports[0])
		}
	}
	// Its own server signed it, but there was no such mint.
	forged, err := w.Server.Presenter.Proofs.Receipt(proof.Receipt{Network: "eip155:84532", ResourceURL: w.URL + "/mint", Payer: other.Payer.Hex(), IssuedAt: time.Now(), Transaction: good.Transaction})
	w.Must(err)
	if report := w.verifies(forged); report.Valid || !report.Failed() {
		t.Errorf("%+v", report)
	}
}
