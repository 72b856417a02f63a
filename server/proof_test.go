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
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

// told is what a page tells its script.
func told[T any](a answer) (v T) {
	a.t.Helper()
	m := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindSubmatch(a.body)
	if m == nil {
		a.t.Fatalf("tells its script nothing: %s", a.body)
	}
	if err := json.Unmarshal(m[1], &v); err != nil {
		a.t.Fatal(err)
	}
	return v
}

type receiptTold struct {
	Receipt server.Receipt
	Proof   server.Proof
	Launch  server.Launch
}

func TestAReceiptCanBeCheckedAgainstTheChainByAnybody(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(100), "/mint?quantity=2", 2)
	w.pay("/mint?quantity=2", s).wants(200)
	path := "/r/" + w.id(s).String()
	a := w.get(path, nil).wants(200) // whoever asks: a link is opened by previews, too
	body := page(a)
	w.contains(body, "10,000 PING", w.url+path+"/share.png")
	d := told[receiptTold](a)
	if d.Receipt != decode[server.Receipt](w.get("/orders/"+w.id(s).String(), nil)) || d.Launch.Slug != "ping" {
		t.Errorf("%+v", d)
	}
	p := d.Proof
	if id := mint.NewPaymentID(p.ChainID, p.Asset.Address, p.Payer.Address, p.Nonce); id != d.Receipt.PaymentID {
		t.Errorf("what the page says makes %s, not %s", id, d.Receipt.PaymentID)
	}
	c, err := ethclient.DialContext(w.ctx, w.net.URL)
	w.must(err)
	defer c.Close()
	receipt, err := c.TransactionReceipt(w.ctx, common.HexToHash(d.Receipt.Transaction))
	w.must(err)
	found := false
	for _, l := range receipt.Logs {
		if l.Index != p.LogIndex {
			continue
		}
		event, err := bindings.NewLaunch().UnpackMintedEvent(l)
		w.must(err)
		found = l.Address == w.launch.Token && common.Hash(event.Id) == d.Receipt.PaymentID.Hash()
	}
	block, err := w.node.Block(w.ctx, d.Receipt.Block)
	w.must(err)
	if !found || receipt.BlockNumber.Uint64() != d.Receipt.Block || receipt.BlockHash.Hex() != p.BlockHash || p.At == nil || !p.At.Equal(block.Time) {
		t.Errorf("the chain says otherwise: %+v", receipt)
	}
}

func TestAReceiptOfWhatAStrangerMintedSaysNoNonceThatNobodyTold(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(100), "/mint", 2)
	p, err := x402.DecodePayment(s.Value)
	w.must(err)
	au := p.Authorization
	w.send(w.launch.Token, bindings.NewLaunch().PackMint(bindings.Payment{Payer: au.From, Quantity: big.NewInt(1),
		ValidAfter: au.ValidAfter, ValidBefore: au.ValidBefore, Nonce: au.Nonce, Signature: p.Signature}))
	w.eventually("known", func() bool { return w.orders() == 1 })
	if d := told[receiptTold](w.get("/r/"+w.id(s).String(), browser).wants(200)); d.Proof.Nonce != (common.Hash{}) || d.Receipt.Block == 0 {
		t.Errorf("%+v", d)
	}
}

func TestAReceiptThatIsNotThereIsSaidSoToPeopleAndPrograms(t *testing.T) {
	w := open(t, sale{})
	unknown := "/r/" + common.HexToHash("0x402").Hex()
	w.contains(page(w.get(unknown, browser).wants(404)), "There is no such receipt", "nobody was charged")
	w.get(unknown, nil).wants(404).has("Content-Type", "application/json").problem("not_found")
	for _, id := range []string{"0x", "0x402", "latest", strings.Repeat("0", 66), "0x" + strings.Repeat("g", 64)} {
		body := page(w.get("/r/"+id, browser).wants(400))
		w.contains(body, "This is no receipt’s address")
		if strings.Contains(html.UnescapeString(body), "id=\"data\"") {
			t.Errorf("%s: %s", id, body)
		}
		w.get("/r/"+id, nil).wants(400).problem("bad_request")
	}
	w.contains(page(w.get("/l/none", browser).wants(404)), "There is no such launch")
	w.get("/l/none", nil).wants(404).problem("not_found")
}
