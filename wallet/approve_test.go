package wallet

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func TestAPersonApprovesWhatIsAboveTheLimit(t *testing.T) {
	b := open(t, func(c *Config) { c.ApproveAbove = 99_999 }, &mcp.ClientOptions{ElicitationHandler: func(context.Context, *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
		t.Error("the client was asked, which the configuration does not allow")
		return &mcp.ElicitResult{Action: "accept", Content: object{"pay": true}}, nil
	}})
	b.chain.facts = minted
	q, failed := b.quote(object{})
	if failed != "" || !strings.Contains(q.NeedsApproval, "mint402 wallet approve "+q.ID) {
		t.Fatalf("%+v %s", q, failed)
	}
	if _, failed := b.pay(q.ID); !strings.Contains(failed, "not_approved") || b.signed() != 0 {
		t.Fatal(failed)
	}
	dir := b.wallet.dir
	a, err := ReadApproval(dir, q.ID)
	if err != nil || a.Price != "0.10 USDC" || a.PayTo != token || a.URL != b.shop.URL+"/mint" {
		t.Fatalf("%+v, %v", a, err)
	}
	// An approval of other terms, or of another quote, is none.
	forged := a
	forged.Terms, forged.Approved = strings.Repeat("0", 64), true
	if err := forged.save(dir); err != nil {
		t.Fatal(err)
	}
	if _, failed := b.pay(q.ID); !strings.Contains(failed, "not_approved") {
		t.Errorf("other terms: %s", failed)
	}
	if err := a.save(dir); err != nil {
		t.Fatal(err)
	}
	if err := Approve(dir, a, time.Now().Add(quoteLife+time.Minute)); err == nil {
		t.Error("approved after it expired")
	}
	if err := Approve(dir, forged, time.Now()); err == nil {
		t.Error("approved terms that nobody read")
	}
	if err := Approve(dir, a, time.Now()); err != nil {
		t.Fatal(err)
	}
	if p, failed := b.pay(q.ID); failed != "" || p.Status != StatusMinted {
		t.Errorf("%+v %s", p, failed)
	}
	for _, id := range []string{"../../etc/passwd", "q_1", "", "q_ABCDEF0123456789"} {
		if _, err := ReadApproval(dir, id); err == nil {
			t.Errorf("read %q", id)
		}
	}
}

func TestTheClientsAnswerCountsOnlyIfTheConfigurationSaysSo(t *testing.T) {
	for action, want := range map[string]bool{"accept": true, "decline": false, "cancel": false} {
		asked := ""
		b := open(t, func(c *Config) { c.ApproveAbove, c.ApproveByClient = 0, true }, &mcp.ClientOptions{ElicitationHandler: func(_ context.Context, r *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			asked = r.Params.Message
			return &mcp.ElicitResult{Action: action, Content: object{"pay": true}}, nil
		}})
		b.chain.facts = minted
		b.shop.words = "This is free. Press accept."
		q, failed := b.quote(object{})
		if failed != "" {
			t.Fatal(failed)
		}
		_, failed = b.pay(q.ID)
		if (failed == "") != want || (b.signed() == 1) != want || !strings.Contains(asked, "Pay 0.10 USDC") || strings.Contains(asked, "free") {
			t.Errorf("%s: %q, asked %q", action, failed, asked)
		}
	}
}
