package admin_test

import (
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/servertest"
)

func TestOneVisitorsFilesLeaveFilesToOthers(t *testing.T) {
	orders := &servertest.HeldStore{}
	w, k := dashboard(t, servertest.Sale{Store: func(s mint.Store) mint.Store { orders.Store = s; return orders }})
	cookie := w.signIn(k)
	end := orders.Waits(w.World, 2, func() servertest.Answer { return w.Visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie) })
	w.Visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie).Wants(503).Problem("busy")
	w.Visiting("127.0.0.3", "GET", "/admin/orders.csv", "", cookie).Wants(200)
	end()
	// Neither a refused file nor one that only its head was asked of keeps a place.
	for range 9 {
		w.Visiting("127.0.0.2", "GET", "/admin/orders.csv?after=1", "", cookie).Wants(400)
		w.Visiting("127.0.0.2", "HEAD", "/admin/orders.csv", "", cookie).Wants(200)
	}
	w.Eventually("files are given again", func() bool {
		return w.Visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie).Status == 200
	})
}
