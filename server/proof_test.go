package server_test

import (
	"encoding/json"
	"html"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// told is what a page tells its script.
func told[T any](a servertest.Answer) (v T) {
	a.T.Helper()
	m := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindSubmatch(a.Body)
	if m == nil {
		a.T.Fatalf("tells its script nothing: %s", a.Body)
	}
	if err := json.Unmarshal(m[1], &v); err != nil {
		a.T.Fatal(err)
	}
	return v
}

type receiptTold struct {
	Receipt api.Receipt
	Proof   pages.ReceiptEvidence
	Launch  api.Launch
}

func TestAReceiptCanBeCheckedAgainstTheChainByAnybody(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(100), "/mint?quantity=2", 2)
	w.Pay("/mint?quantity=2", s).Wants(200)
	path := "/r/" + w.ID(s).String()
	a := w.Get(path, nil).Wants(200) // whoever asks: a link is opened by previews, too
	body := page(a)
	w.contains(body, "10,000 PING", w.URL+path+"/share.png")
	d := told[receiptTold](a)
	if d.Receipt != servertest.Decode[api.Receipt](w.Get("/orders/"+w.ID(s).String(), nil)) || d.Launch.Slug != "ping" {
		t.Errorf("%+v", d)
	}
	p := d.Proof
	if id := mint.NewPaymentID(p.ChainID, p.Asset.Address, p.Payer.Address, p.Nonce); id != d.Receipt.PaymentID {
		t.Errorf("what the page says makes %s, not %s", id, d.Receipt.PaymentID)
	}
	c, err := ethclient.DialContext(w.Ctx, w.Net.URL)
	w.Must(err)
	defer c.Close()
	receipt, err := c.TransactionReceipt(w.Ctx, common.HexToHash(d.Receipt.Transaction))
	w.Must(err)
	found := false
	for _, l := range receipt.Logs {
		if l.Index != p.LogIndex {
			continue
		}
		event, err := bindings.NewLaunch().UnpackMintedEvent(l)
		w.Must(err)
		found = l.Address == w.Launch.Token && common.Hash(event.Id) == d.Receipt.PaymentID.Hash()
	}
	block, err := w.Node.Block(w.Ctx, d.Receipt.Block)
	w.Must(err)
	if !found || receipt.BlockNumber.Uint64() != d.Receipt.Block || receipt.BlockHash.Hex() != p.BlockHash || p.At == nil || !p.At.Equal(block.Time) {
		t.Errorf("the chain says otherwise: %+v", receipt)
	}
}

func TestAReceiptOfWhatAStrangerMintedSaysNoNonceThatNobodyTold(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(100), "/mint", 2)
	p, err := x402.DecodePayment(s.Value)
	w.Must(err)
	au := p.Authorization
	w.Send(w.Launch.Token, bindings.NewLaunch().PackMint(bindings.Payment{Payer: au.From, Quantity: big.NewInt(1),
		ValidAfter: au.ValidAfter, ValidBefore: au.ValidBefore, Nonce: au.Nonce, Signature: p.Signature}))
	w.Eventually("known", func() bool { return w.Orders() == 1 })
	if d := told[receiptTold](w.Get("/r/"+w.ID(s).String(), browser).Wants(200)); d.Proof.Nonce != (common.Hash{}) || d.Receipt.Block == 0 {
		t.Errorf("%+v", d)
	}
}

func TestAReceiptThatIsNotThereIsSaidSoToPeopleAndPrograms(t *testing.T) {
	w := open(t, servertest.Sale{})
	unknown := "/r/" + common.HexToHash("0x402").Hex()
	w.contains(page(w.Get(unknown, browser).Wants(404)), "There is no such receipt", "nothing was charged")
	w.Get(unknown, nil).Wants(404).Has("Content-Type", "application/json").Problem("not_found")
	for _, id := range []string{"0x", "0x402", "latest", strings.Repeat("0", 66), "0x" + strings.Repeat("g", 64)} {
		body := page(w.Get("/r/"+id, browser).Wants(400))
		w.contains(body, "This is not the address of a receipt")
		if strings.Contains(html.UnescapeString(body), "id=\"data\"") {
			t.Errorf("%s: %s", id, body)
		}
		w.Get("/r/"+id, nil).Wants(400).Problem("bad_request")
	}
	w.contains(page(w.Get("/l/none", browser).Wants(404)), "There is no such launch")
	w.Get("/l/none", nil).Wants(404).Problem("not_found")
}
