package mint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
)

// storedReasons are texts that databases have, by whether a settled order with one waits
// for something that ends without a person.
var storedReasons = map[string]bool{
	"the money is with the launch; the node gives no answer about this payment, and the request is repeated":                                                                                                                            true,
	"the payment arrived after the sale closed, according to a block time that this machine's clock contradicts: the money is with the launch, and is returned once the two agree":                                                      true,
	"the money is with the launch, and the launches of its creator used up their part of this server's budget for gas: the tokens follow, or the money goes back, when older costs are a day old; the launch's owner can return it now": true,
	"the money is with the launch, and this server's budget for gas is used up: the tokens follow, or the money goes back, when costs of the last 24 hours are older; the launch's owner can return it now":                             true,
	"sold out: the money goes back to the payer": true,
	"the payment arrived before the sale opened: the money goes back to the payer once the contract lets the minter return it (paused); the launch's owner can return it now": true,

	"the money is with the launch, and this server cannot mint for it: the launch's owner returns it":                                                                                                                          false,
	"the money is with the launch, and this server's key 0x01 lacks the role of minter of 0x02 (it has none): the launch's owner gives it with mint402 set-minter 0x01 --token 0x02, or returns the money with mint402 refund": false,
	"the money is with the launch; once the payment's block is final the tokens follow, or the money goes back if they cannot":                                                                                                 true,
	"the payment arrived before the sale opened: the launch's owner returns the money, or this server as soon as fewer than 2 allotments are left":                                                                             false,
	"the payment arrived before the sale opened: the launch's owner returns the money, or this server as soon as fewer than 2 allotments are left, at the latest after the close at 2026-01-01 00:00:00 UTC":                   false,
	"the payer's 5000 earlier mints have to be read first, which costs more than this server pays until 2026-01-01 00:00 UTC; the launch's owner can return the money":                                                         false,
	"no node accepts a transaction with this payment (oversized)":                                                                                                                                                              false,
	"sold out": false,
	"the authorization expired before it could be sent": false,
	"no node could simulate its mint":                   false,
	"5 transactions did not reach it":                   false,
	"another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it":                                                                                                                      false,
	"the authorization is used on chain; how is not known yet":                                                                                                                                                                             false,
	"on chain, this account's code did something else than in the simulation: nothing was charged, and no payment of the account is sent before 2026-01-01 00:00 UTC (an earlier payment of the account)":                                  false,
	"this account's code accepted the signature in the simulation, and refused it or used up its gas on chain: nothing was charged, and no payment of the account is sent before 2026-01-01 00:00 UTC (an earlier payment of the account)": false,
	"the account no longer has the money for this payment, and as far as is known it was not charged; if a facilitator still charges it, the tokens follow or the money goes back":                                                         false,
	"no facilitator settles this payment, and as far as is known it was not charged (cdp: insufficient_funds)":                                                                                                                             false,
	"payments of this account are refused permanently: it was not charged, and another signature does not help (cdp does not settle for this account: from_address_kyt)":                                                                   false,
	"skipped": false,
	"a reorg replaced the block that ended this payment; the payment is checked again":   false,
	"the authorization expired unused":                                                   false,
	"the authorization was cancelled":                                                    false,
	"the authorization was used for another payment":                                     false,
	"closed: the sale ended before this payment could be minted, and it was not charged": false,
}

// settledFor is a settled order with a stored reason.
func settledFor(text string) *mint.Order {
	return &mint.Order{Settlement: mint.Mark{Tx: [32]byte{1}}, ParkedFor: text}
}

func TestAStoredReasonIsReadBackAsItsKindAndNewKindsAreClassified(t *testing.T) {
	kinds := map[string]string{}
	for text, passes := range storedReasons {
		kind := mint.KindOf(text)
		if other, twice := kinds[kind]; twice && !strings.Contains(text, "fewer than") {
			t.Errorf("%q and %q are of one kind", text, other)
		}
		kinds[kind] = text
		if settledFor(text).PassesByItself() != passes {
			t.Errorf("%q passes by itself: %t", text, !passes)
		}
	}
	for form, ends := range mint.ReasonKinds() {
		if _, has := kinds[form]; !has {
			t.Errorf("no stored text here is of the kind %q: add one, and whether it passes by itself", form)
		}
		if ends < 1 || ends > 4 {
			t.Errorf("the kind %q does not say what ends the wait", form)
		}
	}
}

func TestNoDetailMakesAReasonReadLikeAnother(t *testing.T) {
	for form := range mint.ReasonKinds() {
		for text := range storedReasons {
			if got := mint.KindOf(mint.ReasonText(form, text)); got != form {
				t.Errorf("%q with %q reads like %q", form, text, got)
			}
		}
	}
	wallet := "the asset refused the payment: x: the money goes back to the payer"
	if settledFor(mint.ReasonText("%v", wallet)).PassesByItself() {
		t.Error("a wallet's text hides its payment from the owner")
	}
}

// TestEveryStoredReasonIsOfADeclaredKind reads the code: the engine stores reasons by park
// and void alone, only of and declare make them, and the store has no words of its own.
func TestEveryStoredReasonIsOfADeclaredKind(t *testing.T) {
	made := map[string][]string{}
	for _, dir := range []string{".", "../store"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range file.Decls {
				if f, is := d.(*ast.FuncDecl); is && f.Body != nil {
					reasonsIn(f, made)
				}
			}
		}
	}
	for what, want := range map[string][]string{"Park": {"park"}, "Void": {"void"}, "reason": {"of"}, "reasonKind": {"declare"}, "words": nil} {
		if got := made[what]; !slices.Equal(got, want) {
			t.Errorf("%s: in %v, want %v", what, got, want)
		}
	}
}

// reasonsIn notes the function by what it does with reasons.
func reasonsIn(f *ast.FuncDecl, made map[string][]string) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, is := n.Fun.(*ast.SelectorExpr); is && (s.Sel.Name == "Park" || s.Sel.Name == "Void") {
				made[s.Sel.Name] = append(made[s.Sel.Name], f.Name.Name)
			}
		case *ast.CompositeLit:
			if id, is := n.Type.(*ast.Ident); is && len(n.Elts) > 0 && (id.Name == "reason" || id.Name == "reasonKind") {
				made[id.Name] = append(made[id.Name], f.Name.Name)
			}
		case *ast.AssignStmt:
			if to := slices.IndexFunc(n.Lhs, isReason); to < 0 {
				return true
			}
			for _, value := range n.Rhs {
				ast.Inspect(value, func(n ast.Node) bool {
					if words, is := n.(*ast.BasicLit); is && words.Kind == token.STRING && words.Value != `""` {
						made["words"] = append(made["words"], f.Name.Name)
					}
					return true
				})
			}
		}
		return true
	})
}

// isReason says that an expression is an order's stored reason.
func isReason(e ast.Expr) bool {
	s, is := e.(*ast.SelectorExpr)
	return is && (s.Sel.Name == "ParkedFor" || s.Sel.Name == "VoidedFor")
}
