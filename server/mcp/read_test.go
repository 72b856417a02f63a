package mcp_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/mcp"
	"github.com/mint402/mint402/server/servertest"
)

func TestTheToolsSayWhatTheyDoAndWhichOneIsPaid(t *testing.T) {
	w := open(t, servertest.Sale{})
	tools, err := w.connect("2025-11-25").ListTools(w.Ctx, nil)
	w.Must(err)
	names := map[string]bool{}
	for _, tool := range tools.Tools {
		names[tool.Name] = true
		paid := tool.Name == "mint"
		if tool.Annotations.ReadOnlyHint == paid || tool.OutputSchema != nil {
			t.Errorf("%s: read only %t, output schema %v", tool.Name, tool.Annotations.ReadOnlyHint, tool.OutputSchema)
		}
		if schema := tool.InputSchema.(map[string]any); schema["additionalProperties"] != false {
			t.Errorf("%s takes any argument: %v", tool.Name, schema)
		}
		if !paid {
			continue
		}
		if tool.Annotations.IdempotentHint || tool.Meta["agents-x402/paymentRequired"] != true || fmt.Sprint(tool.Meta["agents-x402/priceUSD"]) != "0.1" {
			t.Errorf("%+v %v", tool.Annotations, tool.Meta)
		}
		for _, part := range []string{"PAID", "5,000", `"PING"`, "0.10 USDC", "account that signs", "refusal costs nothing", "get_order"} {
			if !strings.Contains(tool.Description, part) {
				t.Errorf("the description lacks %s: %s", part, tool.Description)
			}
		}
	}
	if want := map[string]bool{"list_launches": true, "get_launch": true, "mint": true, "get_order": true, "verify_receipt": true}; !maps.Equal(names, want) {
		t.Errorf("tools %v", names)
	}
}

func TestTheToolsShowLaunchesAsHTTPDoes(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	session := w.connect(latest)
	list := structured[struct {
		Launches []struct{ Slug, Status, MintURL string }
		Next     string
	}](w, w.call(session, "list_launches", nil, nil))
	if len(list.Launches) != 2 || list.Launches[0].Slug != "ping" || list.Launches[1].Status != "open" || list.Launches[1].MintURL != w.URL+"/launches/pong/mint" || list.Next != "" {
		t.Errorf("%+v", list)
	}
	rest := w.call(session, "list_launches", map[string]any{"after": "ping"}, nil)
	if !strings.Contains(text(rest, 0), `"pong"`) || strings.Contains(text(rest, 0), `"ping"`) {
		t.Errorf("%s", text(rest, 0))
	}
	pong := w.call(session, "get_launch", map[string]any{"launch": "pong"}, nil)
	var byHTTP = servertest.Decode[api.Launch](w.Get("/launches/pong", nil))
	if got := structured[api.Launch](w, pong); got.Token != byHTTP.Token || got.Name != "Pong" || got.Status != "open" {
		t.Errorf("%+v", got)
	}
	read, err := session.ReadResource(w.Ctx, &sdk.ReadResourceParams{URI: "mint402://launches/pong"})
	w.Must(err)
	if len(read.Contents) != 1 || read.Contents[0].MIMEType != "application/json" || read.Contents[0].Text != text(pong, 0) {
		t.Errorf("%+v", read.Contents)
	}
	for _, uri := range []string{"mint402://launches/none", "mint402://launches/", "mint402://launches/a/b", "https://elsewhere.example/"} {
		if _, err := session.ReadResource(w.Ctx, &sdk.ReadResourceParams{URI: uri}); err == nil {
			t.Errorf("%s was read", uri)
		}
	}
	templates, err := session.ListResourceTemplates(w.Ctx, nil)
	w.Must(err)
	if len(templates.ResourceTemplates) != 1 || templates.ResourceTemplates[0].URITemplate != "mint402://launches/{slug}" {
		t.Errorf("%+v", templates.ResourceTemplates)
	}
}

func TestMintBuysOfTheLaunchThatIsNamed(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	session := w.connect("2025-11-25")
	k := w.Payer(100)
	want := map[string]any{"launch": "pong"}
	s := w.signs(k, w.call(session, "mint", want, nil), 2)
	w.fault(w.call(session, "mint", map[string]any{"launch": "ping"}, sdk.Meta{"x402/payment": w.object(s)}), "conflict")
	r := structured[api.Receipt](w, w.call(session, "mint", want, sdk.Meta{"x402/payment": w.object(s)}))
	if r.Launch != "pong" || !r.State.Sold() {
		t.Errorf("%+v", r)
	}
}

func TestAReceiptIsCheckedFieldByFieldAndAgainstTheChain(t *testing.T) {
	w := open(t, servertest.Sale{})
	session := w.connect("2025-11-25")
	s := w.Sign(w.Payer(100), "/mint", 2)
	minted := structured[map[string]any](w, w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}))
	verify := func(receipt map[string]any) mcp.Verification {
		return structured[mcp.Verification](w, w.call(session, "verify_receipt", map[string]any{"receipt": receipt}, nil))
	}
	if v := verify(minted); !v.Valid || len(v.Checks) != 10 || v.Receipt == nil {
		t.Errorf("%+v", v)
	}
	if v := verify(map[string]any{"paymentId": minted["paymentId"]}); !v.Valid || len(v.Checks) != 1 || v.Checks[0].Name != "chain" {
		t.Errorf("%+v", v)
	}
	for field, lie := range map[string]any{"payer": "0x" + strings.Repeat("1", 40), "quantity": 10, "token": "0x" + strings.Repeat("2", 40),
		"transaction": "0x" + strings.Repeat("3", 64), "block": 1, "network": "eip155:8453", "launch": "pong", "tokensBase": "1", "paid": map[string]any{"amount": "1"}} {
		forged := maps.Clone(minted)
		forged[field] = lie
		v := verify(forged)
		for _, c := range v.Checks {
			if c.Passed == (c.Name == field) {
				t.Errorf("a receipt with another %s: %+v", field, c)
			}
		}
		if v.Valid {
			t.Errorf("a receipt with another %s is valid", field)
		}
	}
	if v := verify(map[string]any{"paymentId": "0x" + strings.Repeat("4", 64)}); v.Valid || v.Receipt != nil {
		t.Errorf("a receipt of no order: %+v", v)
	}
}

func TestAReceiptOfAPaymentOnItsWayIsNotValid(t *testing.T) {
	w := open(t, servertest.Sale{Wait: 1})
	w.Mining.Store(false)
	session := w.connect("2025-11-25")
	s := w.Sign(w.Payer(100), "/mint", 2)
	pending := structured[map[string]any](w, w.call(session, "mint", nil, sdk.Meta{"x402/payment": w.object(s)}))
	v := structured[mcp.Verification](w, w.call(session, "verify_receipt", map[string]any{"receipt": pending}, nil))
	if v.Valid {
		t.Errorf("%+v", v)
	}
}
