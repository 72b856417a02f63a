package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/servertest"
)

func TestAWalletSignsInWithAMessageOfOursAndOutAgain(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	m := w.message(servertest.Account(k))
	host := strings.TrimPrefix(w.URL, "http://")
	lines := strings.Split(m, "\n")
	for i, want := range []string{host + " wants you to sign in with your Ethereum account:", servertest.Account(k).Hex(), "", "Sign in", "", "URI: " + w.URL + "/admin", "Version: 1", "Chain ID: 84532", "Nonce: ", "Issued At: ", "Expiration Time: "} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) || (want == "" && lines[i] != "") {
			t.Fatalf("line %d of\n%s\nis not %q", i, m, want)
		}
	}
	a := w.present(m, personal(t, k, m)).Wants(200).Has("Cache-Control", "no-store").Lacks("Access-Control-Allow-Origin")
	set := a.Header.Get("Set-Cookie")
	for _, flag := range []string{"path=/admin", "HttpOnly", "SameSite=Strict", "max-age=43200"} {
		if !strings.Contains(set, flag) {
			t.Errorf("the cookie %q lacks %s", set, flag)
		}
	}
	if strings.Contains(strings.ToLower(set), "secure") {
		t.Errorf("the cookie %q would not come back over http", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	who := w.Get("/admin/session", servertest.Header{"Cookie": cookie}).Wants(200)
	if !strings.Contains(string(who.Body), servertest.Account(k).Hex()) {
		t.Errorf("%s", who.Body)
	}
	w.Get("/admin/overview", servertest.Header{"Cookie": cookie}).Wants(200)
	other := w.signIn(k)
	w.Post("DELETE", "/admin/session", "", servertest.Header{"Cookie": cookie}).Wants(204)
	w.Get("/admin/session", servertest.Header{"Cookie": cookie}).Wants(401).Problem("signed_out")
	w.Get("/admin/session", other).Wants(200) // another session of the same wallet
	w.SetAhead(13 * time.Hour)
	w.Get("/admin/session", other).Wants(401)
	token := strings.TrimPrefix(cookie, "mint402_session=")
	for what, secret := range map[string]string{"a token": token, "a nonce": strings.TrimPrefix(lines[8], "Nonce: "), "a signature": hexutil.Encode(personal(t, k, m))[2:]} {
		if strings.Contains(w.Log.String(), secret) {
			t.Errorf("%s is in the log", what)
		}
	}
}

func TestOverHTTPSTheSessionsCookieIsSecure(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{Configure: func(s *server.Server) { s.Presenter.PublicURL = "https://mint.example" }})
	there := servertest.Header{"Origin": "https://mint.example"}
	m := servertest.Decode[struct{ Message, Nonce, ExpiresAt string }](w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(k).Hex()+`"}`, there).Wants(200)).Message
	if !strings.HasPrefix(m, "mint.example wants you") || !strings.Contains(m, "URI: https://mint.example/admin\n") {
		t.Errorf("%s", m)
	}
	b, err := json.Marshal(map[string]string{"message": m, "signature": hexutil.Encode(personal(t, k, m))})
	w.Must(err)
	set := w.Post("POST", "/admin/session", string(b), there).Wants(200).Header.Get("Set-Cookie")
	for _, has := range []string{"secure", "__Host-mint402_session=", "path=/;", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(set, has) || strings.Contains(set, "domain") {
			t.Errorf("%q lacks %s, or has a domain", set, has)
		}
	}
	cookie, _, _ := strings.Cut(set, ";")
	w.Get("/admin/session", servertest.Header{"Cookie": strings.TrimPrefix(cookie, "__Host-")}).Wants(401) // another host can set that one
	there["Cookie"] = "__Host-mint402_session=x; " + cookie
	w.Get("/admin/session", there).Wants(200)
	if cleared := w.Post("DELETE", "/admin/session", "", there).Wants(204).Header.Get("Set-Cookie"); !strings.HasPrefix(cleared, "__Host-mint402_session=;") {
		t.Errorf("%q", cleared)
	}
	w.Get("/admin/session", there).Wants(401)
}

func TestASecondCookieOfTheSessionsNameDoesNotLockOut(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)["Cookie"]
	for _, sent := range []string{"mint402_session=x; " + cookie, cookie + "; mint402_session=x", "mint402_session=; a=b; mint402_session=y; " + cookie} {
		w.Get("/admin/session", servertest.Header{"Cookie": sent}).Wants(200)
	}
	w.Post("DELETE", "/admin/session", "", servertest.Header{"Cookie": "mint402_session=x; " + cookie}).Wants(204)
	w.Get("/admin/session", servertest.Header{"Cookie": cookie}).Wants(401)
}

func TestAMessageSignsInOnceAndOnlyAsItWasGivenOut(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	stranger := servertest.Key(t)
	refused := func(what, message string, signature []byte) {
		t.Helper()
		a := w.present(message, signature)
		if a.Status != 403 && a.Status != 400 {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
		a.Lacks("Set-Cookie")
	}
	m := w.message(servertest.Account(k))
	good := personal(t, k, m)
	high := slices.Clone(good)
	n := crypto.S256().Params().N
	new(big.Int).Sub(n, new(big.Int).SetBytes(good[32:64])).FillBytes(high[32:64])
	high[64] ^= 1
	refused("another's signature", m, personal(t, stranger, m))
	refused("a high s", m, high)
	refused("trailing bytes", m, append(slices.Clone(good), 0))
	refused("no signature", m, nil)
	for what, change := range map[string]func(string) string{
		"another account": func(m string) string {
			return strings.Replace(m, servertest.Account(k).Hex(), servertest.Account(stranger).Hex(), 1)
		},
		"another domain":   func(m string) string { return strings.Replace(m, "127.0.0.1", "evil.example", 1) },
		"another URI":      func(m string) string { return strings.Replace(m, "/admin", "/evil", 1) },
		"another chain":    func(m string) string { return strings.Replace(m, "84532", "8453", 1) },
		"a later end":      func(m string) string { return strings.Replace(m, "Expiration Time: 2", "Expiration Time: 3", 1) },
		"an earlier issue": func(m string) string { return strings.Replace(m, "Issued At: 2", "Issued At: 1", 1) },
		"another nonce":    func(m string) string { return strings.Replace(m, "Nonce: ", "Nonce: 0", 1) },
		"a nonce of its own": func(m string) string {
			i := strings.Index(m, "Nonce: ") + 7
			return m[:i] + strings.Repeat("a", 64) + m[i+64:]
		},
		"a line more": func(m string) string { return m + "\nResources:" },
		"a space":     func(m string) string { return m + " " },
		"the address in small": func(m string) string {
			return strings.Replace(m, servertest.Account(k).Hex(), strings.ToLower(servertest.Account(k).Hex()), 1)
		},
	} {
		changed := change(m)
		if changed == m {
			t.Fatalf("%s changes nothing", what)
		}
		refused(what, changed, personal(t, k, changed))
	}
	again := slices.Clone(good)
	again[64] += 27 // as most wallets write it
	w.present(m, again).Wants(200)
	refused("the same message again", m, good)

	late := w.message(servertest.Account(k))
	w.SetAhead(6 * time.Minute)
	refused("an expired message", late, personal(t, k, late))

	w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(stranger).Hex()+`"}`, nil).Wants(403).Problem("not_allowed")
}

func TestOfTooManySessionsOfAWalletTheOldestEnds(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	var all []servertest.Header
	for range 17 {
		all = append(all, w.signIn(k))
		w.Ahead.Add(int64(time.Second)) // none ends when another does
	}
	w.Get("/admin/session", all[0]).Wants(401)
	for _, open := range all[1:] {
		w.Get("/admin/session", open).Wants(200)
	}
}

func TestOfManySignInsWithOneMessageOneSucceeds(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	m := w.message(servertest.Account(k))
	signature := personal(t, k, m)
	var in atomic.Int32
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range 32 {
		wg.Go(func() {
			<-gate
			if w.present(m, signature).Status == 200 {
				in.Add(1)
			}
		})
	}
	close(gate)
	wg.Wait()
	if in.Load() != 1 {
		t.Errorf("%d signed in", in.Load())
	}
}

func TestAFloodOfMessagesKeepsNobodyOut(t *testing.T) {
	servertest.Long(t)
	w, k := dashboard(t, servertest.Sale{})
	mine := w.message(servertest.Account(k))
	for range 5000 {
		w.Post("POST", "/admin/nonce", `{"address":"`+servertest.Account(k).Hex()+`"}`, nil).Wants(200)
	}
	w.present(mine, personal(t, k, mine)).Wants(200)
}

// questioned counts how often accounts are asked about a signature.
type questioned struct {
	admin.Backend
	times atomic.Int64
}

func (q *questioned) Signed(ctx context.Context, a common.Address, digest common.Hash, signature []byte) (bool, error) {
	q.times.Add(1)
	return q.Backend.Signed(ctx, a, digest, signature)
}

func TestJunkSignaturesAskLittleOfTheNodeAndKeepNoKeyOut(t *testing.T) {
	alloc, desk := types.GenesisAlloc{}, &questioned{}
	yes := servertest.Wallet(1, servertest.Says, alloc)
	w, k := dashboard(t, servertest.Sale{Alloc: alloc, Dashboard: func(d *admin.Dashboard) {
		desk.Backend, d.Desks[devnet.ChainID].Backend = d.Desks[devnet.ChainID].Backend, desk
	}}, yes)
	w.Admin.Rest(time.Hour)
	w.present(w.message(servertest.Account(k)), make([]byte, 65)).Wants(403)
	for range 20 {
		w.present(w.message(servertest.Account(k)), make([]byte, 65)).Wants(503).Has("Retry-After", "2").Problem("busy")
	}
	if n := desk.times.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	w.signIn(k)
	for range 2 { // nor does it keep others waiting, or who was right
		w.present(w.message(yes), []byte("whatever its owners signed")).Wants(200)
	}
}

func TestAContractWalletSignsInByItsCode(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes, no, endless := servertest.Wallet(1, servertest.Says, alloc), servertest.Wallet(2, servertest.Denies, alloc), servertest.Wallet(3, servertest.Burns, alloc)
	w, _ := dashboard(t, servertest.Sale{Alloc: alloc}, yes, no, endless)
	m := w.message(yes)
	w.present(m, []byte("whatever its owners signed")).Wants(200)
	w.present(m, []byte("whatever its owners signed")).Wants(403)
	for _, a := range []common.Address{no, endless} {
		m := w.message(a)
		w.present(m, make([]byte, 65)).Wants(403).Problem("sign_in")
	}
	w.present(w.message(yes), make([]byte, 5000)).Wants(400)
}

// answering is a desk that takes a signature that begins with 1 for a wallet's own,
// and answers others when the test lets it.
type answering struct {
	admin.Backend
	let chan struct{}
}

func (a *answering) Signed(_ context.Context, _ common.Address, _ common.Hash, signature []byte) (bool, error) {
	if signature[0] != 1 {
		<-a.let
	}
	return signature[0] == 1, nil
}

func TestStrangersWhoPresentJunkWaitBehindTheOwner(t *testing.T) {
	servertest.Long(t)
	safe, desk := common.Address{9}, &answering{let: make(chan struct{})}
	w, _ := dashboard(t, servertest.Sale{Dashboard: func(d *admin.Dashboard) {
		desk.Backend, d.Desks[devnet.ChainID].Backend = d.Desks[devnet.ChainID].Backend, desk
	}}, safe)
	junk, own := bytes.Repeat([]byte{2}, 65), bytes.Repeat([]byte{1}, 65)
	first := w.Meanwhile(func() servertest.Answer { return w.present(w.message(safe), junk) })
	w.Eventually("asked", func() bool { return w.Admin.Asking(safe) == 1 })
	w.Lets(desk.let)
	first().Wants(403) // from now on it is known for junk
	var strangers sync.WaitGroup
	for range 50 {
		strangers.Go(func() { w.present(w.message(safe), junk) })
	}
	w.Eventually("a queue", func() bool { return w.Admin.Asking(safe) >= 40 })
	owner := make(chan servertest.Answer, 1)
	go func() { owner <- w.present(w.message(safe), own) }()
	w.Eventually("the owner waits, too", func() bool { return w.Admin.Asking(safe) >= 41 })
	answered := 0
	for waiting := true; waiting; {
		select {
		case a := <-owner:
			a.Wants(200)
			waiting = false
		case desk.let <- struct{}{}:
			answered++
		case <-w.Ctx.Done():
			t.Fatal("the owner is never answered")
		}
	}
	if answered > 2 {
		t.Errorf("%d strangers were answered before the owner", answered)
	}
	close(desk.let)
	strangers.Wait()
}
