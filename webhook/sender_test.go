package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/webhook"
	"github.com/mint402/mint402/x402"
)

var ctx = context.Background()

// inbox is a receiver that verifies with the stock library.
type inbox struct {
	*httptest.Server
	mu      sync.Mutex
	verify  *standard.Webhook
	anyTime bool                            // the clock is not the receiver's
	answer  func(n int, sequence int64) int // status of the n-th request, from 1; nil: 204
	n       int
	ids     map[string]bool
	order   []int64 // sequences that were accepted first, in the order of arrival
	repeats int
	bad     []string
}

func newInbox(t *testing.T, secret string) *inbox {
	in := &inbox{ids: map[string]bool{}}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e struct {
			Data struct{ Sequence int64 }
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		verify := in.verify.Verify
		if in.anyTime {
			verify = in.verify.VerifyIgnoringTimestamp
		}
		if err := verify(body, r.Header); err != nil {
			in.bad = append(in.bad, err.Error())
		}
		if err := json.Unmarshal(body, &e); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			in.bad = append(in.bad, fmt.Sprint(r.Method, " ", err))
		}
		in.n++
		if in.answer != nil {
			if status := in.answer(in.n, e.Data.Sequence); status >= 300 {
				w.WriteHeader(status)
				return
			}
		}
		if id := r.Header.Get("webhook-id"); in.ids[id] {
			in.repeats++
		} else {
			in.ids[id] = true
			in.order = append(in.order, e.Data.Sequence)
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(in.Close)
	in.use(t, secret)
	return in
}

func (in *inbox) use(t *testing.T, secret string) {
	w, err := standard.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.verify = w
}

// await waits until the inbox has that many events.
func (in *inbox) await(t *testing.T, n int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		in.mu.Lock()
		got, bad := len(in.order), in.bad
		in.mu.Unlock()
		if len(bad) > 0 {
			t.Fatalf("bad requests: %v", bad)
		}
		if got >= n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d events arrived of %d", got, n)
		}
	}
}

// checkOrder checks that of each order the claim (an odd sequence) came before the parking.
func (in *inbox) checkOrder(t *testing.T) {
	t.Helper()
	in.mu.Lock()
	defer in.mu.Unlock()
	seen := map[int64]bool{}
	for _, sequence := range in.order {
		if sequence%2 == 0 && !seen[sequence-1] {
			t.Errorf("change %d came before %d of the same order", sequence, sequence-1)
		}
		seen[sequence] = true
	}
	t.Logf("%d requests for %d events, %d repeated", in.n, len(in.order), in.repeats)
}

// books is a database with one launch, and its file of endpoints.
type books struct {
	*store.Store
	path, file string
	n          int
}

func newBooks(t *testing.T, endpoints ...webhook.Endpoint) *books {
	dir := t.TempDir()
	b := &books{path: filepath.Join(dir, "orders.db"), file: filepath.Join(dir, "webhooks.json")}
	b.write(t, endpoints...)
	b.open(t)
	l := mint.Launch{Slug: "ping", ChainID: 84532, Token: common.Address{1}, DeployedAt: 1, Asset: x402.Asset{Address: common.Address{2}, Symbol: "USDC", Name: "USDC", Version: "2", Decimals: 6},
		Name: "Ping", Symbol: "PING", Price: big.NewInt(1), Allotment: big.NewInt(1), Cap: 1 << 40, Limit: 10}
	if err := b.SaveLaunch(ctx, l); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *books) open(t *testing.T) {
	t.Helper()
	s, err := store.Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	store := s
	b.Store = store
	t.Cleanup(func() { store.Close() })
}

func (b *books) write(t *testing.T, endpoints ...webhook.Endpoint) {
	t.Helper()
	if err := webhook.WriteFile(b.file, endpoints); err != nil {
		t.Fatal(err)
	}
}

// orders claims and parks that many orders: two changes of each.
func (b *books) orders(t *testing.T, n int) {
	t.Helper()
	for range n {
		b.n++
		payer, nonce := common.BigToAddress(big.NewInt(int64(b.n))), common.BigToHash(big.NewInt(int64(b.n)))
		o := mint.Order{ID: mint.NewPaymentID(84532, common.Address{2}, payer, nonce), Launch: "ping", Payer: payer, Quantity: 1, Value: big.NewInt(1), Signature: []byte{1},
			Authorization: x402.Authorization{From: payer, To: common.Address{1}, Value: big.NewInt(1), ValidAfter: big.NewInt(0), ValidBefore: big.NewInt(1), Nonce: nonce}}
		if _, _, err := b.Claim(ctx, o, mint.Credit{Balance: big.NewInt(10)}); err != nil {
			t.Fatal(err)
		}
		if err := b.Park(ctx, map[mint.PaymentID]string{o.ID: "no balance"}); err != nil {
			t.Fatal(err)
		}
	}
}

func body(c mint.Change) ([]byte, error) {
	return json.Marshal(map[string]any{"type": c.Type, "timestamp": c.At, "data": map[string]any{"sequence": c.Sequence}})
}

// send runs a sender until the returned function is called.
func (b *books) send(t *testing.T, now func() time.Time) (s *webhook.Sender, stop func()) {
	t.Helper()
	s = &webhook.Sender{Store: b.Store, File: b.file, Body: body, Now: now, Log: slog.New(slog.DiscardHandler)}
	life, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(life) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the sender ended with %v", err)
			}
		})
	}
	t.Cleanup(stop)
	// A new endpoint begins with the changes after its start.
	for end := time.Now().Add(time.Minute); len(s.Status(0)) == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
	return s, stop
}

// quick is a clock that makes a second of a millisecond.
func quick() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(1000 * time.Since(began)) }
}

func endpoint(name string, in *inbox, secrets ...string) webhook.Endpoint {
	return webhook.Endpoint{Name: name, URL: in.URL + "/hook", Secrets: secrets, AllowPrivate: true}
}

func TestAReceiverThatIsDownSlowAndRecoversGetsEveryEventInOrder(t *testing.T) {
	secret, other := webhook.NewSecret().Text(), webhook.NewSecret().Text()
	in, fine := newInbox(t, secret), newInbox(t, other)
	in.anyTime = true
	in.answer = func(n int, _ int64) int {
		switch {
		case n <= 5:
			return 503
		case n <= 10:
			return 500
		case n%7 == 0:
			time.Sleep(50 * time.Millisecond)
			return 500
		}
		return 204
	}
	b := newBooks(t, endpoint("flaky", in, secret))
	_, stopFlaky := b.send(t, quick())
	file := b.file
	b.file = filepath.Join(filepath.Dir(b.path), "fine.json")
	b.write(t, endpoint("fine", fine, other))
	_, stopFine := b.send(t, time.Now)
	b.file = file
	b.orders(t, 20)
	fine.await(t, 40) // whatever the other does, and with timestamps of now
	in.await(t, 40)
	stopFlaky()
	stopFine()
	in.checkOrder(t)
	fine.checkOrder(t)
	states, err := b.Webhooks(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"flaky", "fine"} {
		if s := states[name]; s.Cursor != 40 || !s.FailingSince.IsZero() || s.Error != "" {
			t.Errorf("%s is left as %+v", name, s)
		}
	}
}

// A process that dies keeps nothing but the database.
func TestAfterAnyStopTheNextStartDeliversTheRest(t *testing.T) {
	secret := webhook.NewSecret().Text()
	in := newInbox(t, secret)
	b := newBooks(t, endpoint("shop", in, secret))
	_, stop := b.send(t, time.Now)
	for round := range 4 {
		b.orders(t, 10)
		in.await(t, 20*round+1+round*5)
		stop()
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b.open(t)
		_, stop = b.send(t, time.Now)
	}
	in.await(t, 80)
	stop()
	in.checkOrder(t)
}

func TestTheFileIsReadAgainWhenItChanges(t *testing.T) {
	old, next := webhook.NewSecret().Text(), webhook.NewSecret().Text()
	in := newInbox(t, old)
	b := newBooks(t, endpoint("shop", in, old))
	s, stop := b.send(t, time.Now)
	defer stop()
	b.orders(t, 1)
	in.await(t, 2)

	// The operator rotates the secret: both sign until the receiver has the new one.
	b.write(t, endpoint("shop", in, next, old))
	b.orders(t, 1)
	in.await(t, 4)
	time.Sleep(2500 * time.Millisecond) // until the file was read
	in.use(t, next)
	b.orders(t, 1)
	in.await(t, 6)

	// A file that cannot be used changes nothing.
	if err := os.WriteFile(b.file, []byte("["), 0o600); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2500 * time.Millisecond)
	b.orders(t, 1)
	in.await(t, 8)

	// An endpoint that was removed gets nothing more, and one that is added begins now.
	e := endpoint("launches", in, next)
	e.Events = []mint.ChangeType{mint.LaunchPaused}
	b.write(t, e)
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		all := s.Status(0)
		if len(all) == 1 && all[0].Name == "launches" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", all)
		}
	}
	b.orders(t, 1)
	if err := b.Report(ctx, "ping", mint.StandingPaused); err != nil {
		t.Fatal(err)
	}
	in.await(t, 9)
	if last := in.order[8]; last != 11 || in.n != 9 {
		t.Errorf("%d requests, the last of change %d", in.n, last)
	}
}

// The caller then repeats the report at once, and does not wait a minute for the next.
func TestLowGasIsNotToldBeforeTheEndpointsAreStarted(t *testing.T) {
	var heard atomic.Int32
	chat := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	defer chat.Close()
	b := newBooks(t, webhook.Endpoint{Name: "ops", URL: chat.URL, Format: webhook.Slack, AllowPrivate: true})
	early := &webhook.Sender{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if early.Level(ctx, true, webhook.Notice{Title: "gas"}) || heard.Load() != 0 {
		t.Errorf("told, %d messages", heard.Load())
	}
	s, _ := b.send(t, time.Now)
	for end := time.Now().Add(time.Minute); !s.Level(ctx, true, webhook.Notice{Title: "gas"}); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never told")
		}
	}
	if heard.Load() != 1 {
		t.Errorf("%d messages", heard.Load())
	}
}

func TestAFileThatOthersCanReadOrThatIsWrongIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "webhooks.json")
	secret := webhook.NewSecret().Text()
	good := webhook.Endpoint{Name: "shop", URL: "https://shop.example/hook", Secrets: []string{secret}}
	if err := webhook.WriteFile(file, []webhook.Endpoint{good}); err != nil {
		t.Fatal(err)
	}
	if all, err := webhook.ReadFile(file); err != nil || len(all) != 1 || all[0].URL != good.URL {
		t.Fatalf("%v, %v", all, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := webhook.ReadFile(file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("others can read it: %v", err)
	}
	for field, change := range map[string]func(*webhook.Endpoint){
		"name":    func(e *webhook.Endpoint) { e.Name = "Shop 1" },
		"url":     func(e *webhook.Endpoint) { e.URL = "http://shop.example/hook" },
		"url:":    func(e *webhook.Endpoint) { e.URL = "https://me:pw@shop.example/" },
		"xn--":    func(e *webhook.Endpoint) { e.URL = "https://１２７.0.0.1/" },
		"ASCII":   func(e *webhook.Endpoint) { e.URL = "https://ⓛocalhost:8443/" },
		"name or": func(e *webhook.Endpoint) { e.URL = "https://%E2%93%9Bocalhost/" },
		"port":    func(e *webhook.Endpoint) { e.URL = "https://shop.example:0/" },
		"65535":   func(e *webhook.Endpoint) { e.URL = "https://shop.example:65536/" },
		"from 1":  func(e *webhook.Endpoint) { e.URL = "https://[2606:4700::1111]:99999/" },
		"secrets": func(e *webhook.Endpoint) { e.Secrets = nil },
		"whsec_":  func(e *webhook.Endpoint) { e.Secrets = []string{"hunter2"} },
		"events":  func(e *webhook.Endpoint) { e.Events = []mint.ChangeType{"order.paid"} },
		"launch":  func(e *webhook.Endpoint) { e.Launch = "../ping" },
		"skipTo":  func(e *webhook.Endpoint) { e.SkipTo = -1 },
	} {
		bad := good
		change(&bad)
		if err := webhook.WriteFile(file, []webhook.Endpoint{bad}); err == nil || !strings.Contains(err.Error(), field) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, to := range []string{"https://xn--bcher-kva.example/", "https://shop.example:65535/", "https://shop.example:1/", "https://[2606:4700::1111]/"} {
		fine := good
		if fine.URL = to; fine.Check() != nil {
			t.Errorf("%s: %v", to, fine.Check())
		}
	}
	if err := webhook.WriteFile(file, []webhook.Endpoint{good, good}); err == nil {
		t.Error("two endpoints have one name")
	}
	for _, text := range []string{"{}", "[{}]", `[{"name":"a","url":"https://a.example","secrets":["` + secret + `"],"event":"x"}]`, "[] []"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := webhook.ReadFile(file); err == nil {
			t.Errorf("%s was read", text)
		}
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := webhook.ReadFile(filepath.Join(t.TempDir(), "none.json")); err != nil || all != nil {
		t.Errorf("no file: %v, %v", all, err)
	}
}

// slowStore is a database whose saves are counted, and wait until they may run.
type slowStore struct {
	webhook.Store
	may   chan struct{} // closed when saves may run
	saves atomic.Int32  // that began
}

func (s *slowStore) SaveWebhooks(ctx context.Context, states map[string]webhook.State) error {
	s.saves.Add(1)
	<-s.may
	return s.Store.SaveWebhooks(ctx, states)
}

func TestTheStatusDoesNotWaitForTheDatabase(t *testing.T) {
	in := newInbox(t, webhook.NewSecret().Text())
	b := newBooks(t, endpoint("shop", in, webhook.NewSecret().Text()))
	slow := &slowStore{Store: b.Store, may: make(chan struct{})}
	s := &webhook.Sender{Store: slow, File: b.file, Body: body, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	life, cancel := context.WithCancel(ctx)
	ended, status := make(chan error, 1), make(chan struct{})
	go func() { ended <- s.Run(life) }()
	for slow.saves.Load() == 0 { // of the new endpoint's cursor
		time.Sleep(time.Millisecond)
	}
	go func() { s.Status(0); close(status) }()
	select {
	case <-status:
	case <-time.After(5 * time.Second):
		t.Error("the status waits for a save")
	}
	close(slow.may)
	for len(s.Status(0)) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAStateThatIsStoredIsNotStoredAgainAtTheEnd(t *testing.T) {
	secret := webhook.NewSecret().Text()
	in := newInbox(t, secret)
	b := newBooks(t, endpoint("shop", in, secret))
	store := &slowStore{Store: b.Store, may: make(chan struct{})}
	close(store.may)
	s := &webhook.Sender{Store: store, File: b.file, Body: body, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	life, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(life) }()
	for len(s.Status(0)) == 0 {
		time.Sleep(time.Millisecond)
	}
	b.orders(t, 1)
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		states, err := b.Webhooks(ctx)
		if err != nil || time.Now().After(end) {
			t.Fatalf("the state is not stored: %+v, %v", states, err)
		}
		if states["shop"].Cursor == 2 {
			break
		}
	}
	time.Sleep(50 * time.Millisecond) // until the worker knows that it is stored
	saves := store.saves.Load()
	cancel()
	if err := <-ended; err != nil || store.saves.Load() != saves {
		t.Errorf("%d saves at the end, %v", store.saves.Load()-saves, err)
	}
}

// partStore is a database that cannot store the state of one endpoint.
type partStore struct {
	webhook.Store
	name string
	err  error
}

func (s *partStore) SaveWebhooks(ctx context.Context, states map[string]webhook.State) error {
	if _, is := states[s.name]; is {
		return s.err
	}
	return s.Store.SaveWebhooks(ctx, states)
}

func TestASenderThatCanBeginWithSomeEndpointsOnlyEndsWithTheError(t *testing.T) {
	in := newInbox(t, webhook.NewSecret().Text())
	b := newBooks(t, endpoint("first", in, webhook.NewSecret().Text()), endpoint("second", in, webhook.NewSecret().Text()))
	lost := errors.New("the database cannot be written")
	s := &webhook.Sender{Store: &partStore{b.Store, "second", lost}, File: b.file, Body: body, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	life, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(life) }()
	select {
	case err := <-ended:
		if !errors.Is(err, lost) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		stop()
		t.Fatalf("it waits for the first endpoint, and tells nobody; in the end: %v", <-ended)
	}
}
