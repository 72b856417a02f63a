package server_test

import (
	"strings"
	"testing"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// connectable is where the policy of a page lets its script go.
func connectable(t *testing.T, w *world) string {
	t.Helper()
	for _, directive := range strings.Split(w.Get("/", browser).Wants(200).Header.Get("Content-Security-Policy"), "; ") {
		if to, ok := strings.CutPrefix(directive, "connect-src "); ok {
			return to
		}
	}
	t.Fatal("the policy says nothing of connections")
	return ""
}

func TestAPageTalksToItsOwnServerOnly(t *testing.T) {
	w := open(t, servertest.Sale{})
	if to := connectable(t, w); to != "'self'" {
		t.Errorf("connect-src %s", to)
	}
	if body := page(w.Get("/", browser)); strings.Contains(body, "walletConnect") {
		t.Error("the page offers WalletConnect and there is no project")
	}
}

func TestThePageOffersWalletConnectWhereThereIsAProject(t *testing.T) {
	const project = "0123456789abcdef0123456789abcdef"
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.WalletConnect = project }})
	if to := connectable(t, w); to != "'self' wss://relay.walletconnect.com" {
		t.Errorf("connect-src %s", to)
	}
	w.contains(page(w.Get("/", browser)), `"walletConnect":"`+project+`"`)
}

func TestTheDemosPagesMayAskItsNode(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.Presenter.Demo, s.Presenter.Chains[0].RPC = true, "http://127.0.0.1:8545" }})
	if to := connectable(t, w); to != "'self' http://127.0.0.1:8545" {
		t.Errorf("connect-src %s", to)
	}
	w.contains(page(w.Get("/", browser)), `"rpc":"http://127.0.0.1:8545"`)
}

func TestANodeOfTheOperatorsIsNotShown(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Chains[0].RPC, s.Presenter.Chains[0].Network.RPC = "https://node.example/secret", "https://node.example/secret"
	}})
	body := page(w.Get("/", browser))
	if strings.Contains(body, "secret") {
		t.Error("the page shows the operator's node")
	}
	w.contains(body, `"publicRpc":"https://sepolia.base.org"`)
}
