package server_test

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

	"github.com/mint402/mint402/server"
)

func TestAWalletSignsInWithAMessageOfOursAndOutAgain(t *testing.T) {
	w, k := dashboard(t, sale{})
	m := w.message(account(k))
	host := strings.TrimPrefix(w.url, "http://")
	lines := strings.Split(m, "\n")
	for i, want := range []string{host + " wants you to sign in with your Ethereum account:", account(k).Hex(), "", "Sign in", "", "URI: " + w.url + "/admin", "Version: 1", "Chain ID: 84532", "Nonce: ", "Issued At: ", "Expiration Time: "} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) || (want == "" && lines[i] != "") {
			t.Fatalf("line %d of\n%s\nis not %q", i, m, want)
		}
	}
	a := w.present(m, personal(t, k, m)).wants(200).has("Cache-Control", "no-store").lacks("Access-Control-Allow-Origin")
	set := a.header.Get("Set-Cookie")
	for _, flag := range []string{"path=/admin", "HttpOnly", "SameSite=Strict", "max-age=43200"} {
		if !strings.Contains(set, flag) {
			t.Errorf("the cookie %q lacks %s", set, flag)
		}
	}
	if strings.Contains(strings.ToLower(set), "secure") {
		t.Errorf("the cookie %q would not come back over http", set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	who := w.get("/admin/session", header{"Cookie": cookie}).wants(200)
	if !strings.Contains(string(who.body), account(k).Hex()) {
		t.Errorf("%s", who.body)
	}
	w.get("/admin/overview", header{"Cookie": cookie}).wants(200)
	other := w.signIn(k)
	w.post("DELETE", "/admin/session", "", header{"Cookie": cookie}).wants(204)
	w.get("/admin/session", header{"Cookie": cookie}).wants(401).problem("signed_out")
	w.get("/admin/session", other).wants(200) // another session of the same wallet
	w.ahead.Store(int64(13 * time.Hour))
	w.get("/admin/session", other).wants(401)
	token := strings.TrimPrefix(cookie, "mint402_session=")
	for what, secret := range map[string]string{"a token": token, "a nonce": strings.TrimPrefix(lines[8], "Nonce: "), "a signature": hexutil.Encode(personal(t, k, m))[2:]} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("%s is in the log", what)
		}
	}
}

func TestOverHTTPSTheSessionsCookieIsSecure(t *testing.T) {
	w, k := dashboard(t, sale{configure: func(s *server.Server) { s.PublicURL = "https://mint.example" }})
	there := header{"Origin": "https://mint.example"}
	m := decode[struct{ Message, Nonce, ExpiresAt string }](w.post("POST", "/admin/nonce", `{"address":"`+account(k).Hex()+`"}`, there).wants(200)).Message
	if !strings.HasPrefix(m, "mint.example wants you") || !strings.Contains(m, "URI: https://mint.example/admin\n") {
		t.Errorf("%s", m)
	}
	b, err := json.Marshal(map[string]string{"message": m, "signature": hexutil.Encode(personal(t, k, m))})
	w.must(err)
	if set := w.post("POST", "/admin/session", string(b), there).wants(200).header.Get("Set-Cookie"); !strings.Contains(set, "secure") {
		t.Errorf("%q", set)
	}
}

func TestAMessageSignsInOnceAndOnlyAsItWasGivenOut(t *testing.T) {
	w, k := dashboard(t, sale{})
	stranger := key(t)
	refused := func(what, message string, signature []byte) {
		t.Helper()
		a := w.present(message, signature)
		if a.status != 403 && a.status != 400 {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
		a.lacks("Set-Cookie")
	}
	m := w.message(account(k))
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
		"another account":  func(m string) string { return strings.Replace(m, account(k).Hex(), account(stranger).Hex(), 1) },
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
			return strings.Replace(m, account(k).Hex(), strings.ToLower(account(k).Hex()), 1)
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
	w.present(m, again).wants(200)
	refused("the same message again", m, good)

	late := w.message(account(k))
	w.ahead.Store(int64(6 * time.Minute))
	refused("an expired message", late, personal(t, k, late))

	w.post("POST", "/admin/nonce", `{"address":"`+account(stranger).Hex()+`"}`, nil).wants(403).problem("not_allowed")
}

func TestOfTooManySessionsOfAWalletTheOldestEnds(t *testing.T) {
	w, k := dashboard(t, sale{})
	var all []header
	for range 17 {
		all = append(all, w.signIn(k))
		w.ahead.Add(int64(time.Second)) // none ends when another does
	}
	w.get("/admin/session", all[0]).wants(401)
	for _, open := range all[1:] {
		w.get("/admin/session", open).wants(200)
	}
}

func TestOfManySignInsWithOneMessageOneSucceeds(t *testing.T) {
	w, k := dashboard(t, sale{})
	m := w.message(account(k))
	signature := personal(t, k, m)
	var in atomic.Int32
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range 32 {
		wg.Go(func() {
			<-gate
			if w.present(m, signature).status == 200 {
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
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
	w, k := dashboard(t, sale{})
	mine := w.message(account(k))
	for range 5000 {
		w.post("POST", "/admin/nonce", `{"address":"`+account(k).Hex()+`"}`, nil).wants(200)
	}
	w.present(mine, personal(t, k, mine)).wants(200)
}

// questioned counts how often accounts are asked about a signature.
type questioned struct {
	server.Desk
	times atomic.Int64
}

func (q *questioned) Signed(ctx context.Context, a common.Address, digest common.Hash, signature []byte) (bool, error) {
	q.times.Add(1)
	return q.Desk.Signed(ctx, a, digest, signature)
}

func TestJunkSignaturesAskLittleOfTheNodeAndKeepNoKeyOut(t *testing.T) {
	alloc, desk := types.GenesisAlloc{}, &questioned{}
	yes := wallet(1, says, alloc)
	w, k := dashboard(t, sale{alloc: alloc, configure: func(s *server.Server) { desk.Desk, s.Admin.Desk = s.Admin.Desk, desk }}, yes)
	w.server.Rest(time.Hour)
	w.present(w.message(account(k)), make([]byte, 65)).wants(403)
	for range 20 {
		w.present(w.message(account(k)), make([]byte, 65)).wants(503).has("Retry-After", "2").problem("busy")
	}
	if n := desk.times.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	w.signIn(k)
	for range 2 { // nor does it keep others waiting, or who was right
		w.present(w.message(yes), []byte("whatever its owners signed")).wants(200)
	}
}

func TestAContractWalletSignsInByItsCode(t *testing.T) {
	alloc := types.GenesisAlloc{}
	yes, no, endless := wallet(1, says, alloc), wallet(2, denies, alloc), wallet(3, burns, alloc)
	w, _ := dashboard(t, sale{alloc: alloc}, yes, no, endless)
	m := w.message(yes)
	w.present(m, []byte("whatever its owners signed")).wants(200)
	w.present(m, []byte("whatever its owners signed")).wants(403)
	for _, a := range []common.Address{no, endless} {
		m := w.message(a)
		w.present(m, make([]byte, 65)).wants(403).problem("sign_in")
	}
	w.present(w.message(yes), make([]byte, 5000)).wants(400)
}

// answering is a desk that takes a signature that begins with 1 for a wallet's own,
// and answers others when the test lets it.
type answering struct {
	server.Desk
	let chan struct{}
}

func (a *answering) Signed(_ context.Context, _ common.Address, _ common.Hash, signature []byte) (bool, error) {
	if signature[0] != 1 {
		<-a.let
	}
	return signature[0] == 1, nil
}

func TestStrangersWhoPresentJunkWaitBehindTheOwner(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
	safe, desk := common.Address{9}, &answering{let: make(chan struct{})}
	w, _ := dashboard(t, sale{configure: func(s *server.Server) { desk.Desk, s.Admin.Desk = s.Admin.Desk, desk }}, safe)
	junk, own := bytes.Repeat([]byte{2}, 65), bytes.Repeat([]byte{1}, 65)
	first := w.meanwhile(func() answer { return w.present(w.message(safe), junk) })
	w.eventually("asked", func() bool { return w.server.Asking(safe) == 1 })
	w.lets(desk.let)
	first().wants(403) // from now on it is known for junk
	var strangers sync.WaitGroup
	for range 50 {
		strangers.Go(func() { w.present(w.message(safe), junk) })
	}
	w.eventually("a queue", func() bool { return w.server.Asking(safe) >= 40 })
	owner := make(chan answer, 1)
	go func() { owner <- w.present(w.message(safe), own) }()
	w.eventually("the owner waits, too", func() bool { return w.server.Asking(safe) >= 41 })
	answered := 0
	for waiting := true; waiting; {
		select {
		case a := <-owner:
			a.wants(200)
			waiting = false
		case desk.let <- struct{}{}:
			answered++
		case <-w.ctx.Done():
			t.Fatal("the owner is never answered")
		}
	}
	if answered > 2 {
		t.Errorf("%d strangers were answered before the owner", answered)
	}
	close(desk.let)
	strangers.Wait()
}
