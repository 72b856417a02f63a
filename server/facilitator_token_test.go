package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// relaySigner signs with a key in this process.
type relaySigner struct{ *ecdsa.PrivateKey }

func (s relaySigner) Address() common.Address { return crypto.PubkeyToAddress(s.PublicKey) }

func (s relaySigner) Sign(_ context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	return crypto.Sign(types.LatestSignerForChainID(chainID).Hash(tx).Bytes(), s.PrivateKey)
}

const relaySecret = "a-secret-of-32-characters-or-more"

// opened starts a world whose facilitator settles payments to the shop for a token. It mines a block every
// few milliseconds.
func opened(t *testing.T, coins string) (w *world, shop common.Address) {
	t.Helper()
	shop = servertest.Account(servertest.Key(t))
	hash := sha256.Sum256([]byte(relaySecret))
	path := filepath.Join(t.TempDir(), "tokens.json")
	text := fmt.Sprintf(`{"tokens":[{"name":"shop","sha256":"%s","networks":["base-sepolia"],"assets":["%s"],"payTo":["%s"],"gasPerDay":"%s","rate":7}]}`,
		hex.EncodeToString(hash[:]), devnet.USDC, shop, coins)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	network, _ := x402.NetworkByChainID(devnet.ChainID)
	tokens, err := relay.ReadTokens(path, network, amount.Units.Parse)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay.Relay{Tokens: tokens, Signer: relaySigner{servertest.Key(t)}, ChainID: devnet.ChainID, MaxFee: big.NewInt(500e9), Log: slog.New(slog.DiscardHandler), Wait: 20 * time.Second}
	w = open(t, servertest.Sale{Engine: func(e *mint.Engine, db *store.Store) { r.Store, r.Clock = &db.Relayed, e.Clock },
		Configure: func(s *server.Server) { s.Relays = map[uint64]*relay.Relay{devnet.ChainID: r} }})
	r.Chain = w.Node
	_, err = w.Net.GiveGas(r.Signer.Address(), big.NewInt(1e18))
	w.Must(err)
	w.MineOne()
	ctx, cancel := context.WithCancel(w.Ctx)
	ran := make(chan error, 1)
	go func() { ran <- r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ran })
	return w, shop
}

// elsewhere is a request to settle a payment to an account that is no launch.
func (w *world) elsewhere(k *ecdsa.PrivateKey, to common.Address) string {
	w.Helper()
	l := w.Launch
	l.Token = to
	signed, err := x402.Sign(l.Requirement(2), k, time.Now())
	w.Must(err)
	return w.body(signed, l, 2)
}

func TestAPaymentOfATokenIsSettledAndNoOther(t *testing.T) {
	w, shop := opened(t, "1")
	bearer := servertest.Header{"Authorization": "Bearer " + relaySecret}
	k := w.Payer(100)
	body := w.elsewhere(k, shop)
	for _, call := range []string{"verify", "settle"} {
		w.Post("POST", "/facilitator/"+call, body, nil).Wants(403)
		w.Post("POST", "/facilitator/"+call, body, servertest.Header{"Authorization": "Bearer " + relaySecret + "x"}).Wants(401).Problem("token_unknown")
		w.Post("POST", "/facilitator/"+call, w.elsewhere(k, servertest.Account(w.Stranger)), bearer).Wants(403)
	}
	if v := servertest.Decode[settle.Verified](w.Post("POST", "/facilitator/verify", body, bearer).Wants(200)); !v.IsValid || v.Payer != servertest.Account(k).Hex() {
		t.Errorf("%+v", v)
	}
	answered := w.Meanwhile(func() servertest.Answer { return w.Post("POST", "/facilitator/settle", body, bearer) })
	w.Eventually("paid", func() bool { w.MineOne(); return w.USDC(shop) == 2*servertest.Price })
	r := servertest.Decode[x402.SettleResponse](answered().Wants(200))
	if !r.Success || len(r.Transaction) != 66 || r.Network != "eip155:84532" || r.Payer != servertest.Account(k).Hex() || r.Amount != "200000" {
		t.Errorf("%+v", r)
	}
	if again := servertest.Decode[x402.SettleResponse](w.Post("POST", "/facilitator/settle", body, bearer).Wants(200)); again.Transaction != r.Transaction || !again.Success {
		t.Errorf("%+v", again)
	}
	if w.Orders() != 0 || w.USDC(shop) != 2*servertest.Price || w.USDC(servertest.Account(k)) != 1_000_000-2*servertest.Price {
		t.Errorf("%d orders, the shop has %d", w.Orders(), w.USDC(shop))
	}
	// Seven requests a minute: a new minute may begin in between, since time passes with the blocks.
	w.Eventually("the rate of the token is used up", func() bool {
		a := w.Post("POST", "/facilitator/settle", body, bearer)
		if a.Status == 429 {
			a.Problem("rate_limited")
		}
		return a.Status == 429
	})
}

func TestATokenWhoseBudgetIsUsedUpIsToldWhenItRenews(t *testing.T) {
	w, shop := opened(t, "0.000000002")
	body := w.elsewhere(w.Payer(100), shop)
	bearer := servertest.Header{"Authorization": "Bearer " + relaySecret}
	f := w.Post("POST", "/facilitator/settle", body, bearer).Wants(429).Problem("gas_budget")
	if f.RetryAfter < 1 || f.RetryAfter > 24*60*60+1 || !strings.Contains(f.Message, "renews at") || f.Details["renewsAt"] == nil {
		t.Errorf("%+v", f)
	}
	if w.USDC(shop) != 0 {
		t.Error("it was sent")
	}
}
