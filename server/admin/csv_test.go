package admin_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// unlisted is a store that fails to list all orders once it is told to. The engine
// asks for orders in a state only.
type unlisted struct {
	mint.Store
	fail atomic.Pointer[func() error]
}

func (u *unlisted) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	if fail := u.fail.Load(); fail != nil && len(q.States) == 0 {
		return nil, (*fail)()
	}
	return u.Store.Orders(ctx, q)
}

// heldUp holds up whoever says that a file was asked for, until let.
type heldUp struct {
	slog.Handler
	let chan struct{}
}

func (h *heldUp) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if r.Message == "request" && a.Key == "route" && a.Value.String() == "/admin/orders.csv" {
			<-h.let
		}
		return true
	})
	return h.Handler.Handle(ctx, r)
}

func TestAFileThatCannotBeWrittenOnEndsItsConnectionAndNothingElse(t *testing.T) {
	orders, log := &unlisted{}, &heldUp{let: make(chan struct{})}
	w, k := dashboard(t, servertest.Sale{Store: func(s mint.Store) mint.Store { orders.Store = s; return orders }, Configure: func(s *server.Server) {
		log.Handler = s.Presenter.Log.Handler()
		s.Presenter.Log = slog.New(log)
	}})
	cookie := w.signIn(k)["Cookie"]
	for _, failure := range []func() error{func() error { return errors.New("read orders: disk on fire") }, func() error { panic("read orders") }} {
		orders.fail.Store(&failure)
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
		w.Must(err)
		w.Must(conn.SetDeadline(time.Now().Add(servertest.Bounded)))
		_, err = io.WriteString(conn, "GET /admin/orders.csv HTTP/1.1\r\nHost: x\r\nCookie: "+cookie+"\r\n\r\n")
		w.Must(err)
		// The writing has ended before the answer begins, and the connection with it.
		got, err := io.ReadAll(conn)
		w.Lets(log.let)
		var late net.Error
		if errors.As(err, &late) && late.Timeout() || len(got) > 0 {
			t.Errorf("%q, %v", got, err)
		}
		w.Must(conn.Close())
		orders.fail.Store(nil)
		w.Get("/healthz", nil).Wants(200)
	}
	if n := strings.Count(w.Log.String(), "write file of orders"); n != 2 {
		t.Errorf("the log says so %d times", n)
	}
}
