package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskSize is what a server needs to sell, and half as much again.
const diskSize = "96m"

// disk is a small one of its own.
type disk struct {
	t   *testing.T
	dir string
}

func mountDisk(t *testing.T) *disk {
	t.Helper()
	d := &disk{t, t.TempDir()}
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, "size="+diskSize); err != nil {
		t.Skipf("a disk that can be filled has to be mounted, which is not permitted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, 0); err != nil {
			t.Errorf("unmount %s: %v", d.dir, err)
		}
	})
	return d
}

// fill leaves so many bytes. If it leaves none, the server may have taken the last ones
// first.
func (d *disk) fill(leave int64) {
	d.t.Helper()
	var now syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &now); err != nil {
		d.t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(d.dir, "ballast"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	_, err = f.Write(make([]byte, int64(now.Bavail)*now.Bsize-leave))
	if err != nil && (leave > 0 || !errors.Is(err, syscall.ENOSPC)) {
		d.t.Fatal(err)
	}
}

// free takes away what filled it.
func (d *disk) free() {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, "ballast")); err != nil {
		d.t.Fatal(err)
	}
}

// unready waits until the server says that it is not ready, for this reason.
func (s *shop) unready(codes ...string) {
	s.t.Helper()
	var last answer
	defer func() {
		if s.t.Failed() {
			s.t.Logf("/readyz: %d %s", last.status, last.body)
		}
	}()
	until(s.t, "not ready: "+strings.Join(codes, " or "), func() bool {
		a, err := ask(s.url+"/readyz", "", "")
		last = a
		if err != nil || a.status != 503 {
			return false
		}
		for _, code := range codes {
			if strings.Contains(string(a.body), `"`+code+`"`) {
				return true
			}
		}
		return false
	})
}

func (s *shop) ready() {
	s.t.Helper()
	until(s.t, "ready again", func() bool {
		a, err := ask(s.url+"/readyz", "", "")
		return err == nil && a.status == 200
	})
}

func TestADiskThatFillsUpStopsTheSaleAndLosesNothing(t *testing.T) {
	begin(t)
	d := mountDisk(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 30)
	u.give(price, addresses(payers)...)
	s := newShop(t, u)
	s.db = filepath.Join(d.dir, "mint402.db")
	s.launch(1000)
	s.start()
	all := s.payments(payers, 1)
	early, during := all[:10], all[10:20]
	sellsNothing := func() {
		t.Helper()
		a, err := ask(mintURL(s.url, 1), "", "")
		if err != nil || a.status != 503 {
			t.Errorf("a price is asked for: %d %s, %v", a.status, a.body, err)
		}
		for i, p := range during {
			if a, err := s.present(p, i); err != nil || a.status != 503 {
				t.Errorf("a payment is presented: %d %s, %v", a.status, a.body, err)
			}
			if o := s.order(p); o.status != 404 {
				t.Errorf("it was taken: %s", o.body)
			}
		}
	}

	// Almost full: what was taken is concluded, and nothing more is.
	u.stop()
	for _, p := range early[:5] {
		s.later(p)
	}
	s.inFlight(early[:5])
	d.fill(32 << 20)
	s.unready("disk_full")
	sellsNothing()
	u.resume()
	for _, p := range early[:5] {
		s.reaches(p, "minted")
	}
	d.free()
	s.ready()

	// Not a byte is left while payments are in flight: they wait.
	u.stop()
	for _, p := range early[5:] {
		s.later(p)
	}
	s.inFlight(early[5:])
	d.fill(0)
	u.resume()
	s.unready("disk_full", "store_failing")
	sellsNothing()
	minted := s.minted(t)
	u.advance(3)
	if s.server.ended() {
		t.Fatalf("the server ended:\n%s", strings.Join(s.server.said(), "\n"))
	}
	d.free()
	s.ready()
	for _, p := range early {
		s.reaches(p, "minted")
	}
	t.Logf("%d were minted when the disk was full, and %d in the end", len(minted), len(s.minted(t)))

	// Killed while it is full, it does not start on a full disk, and loses nothing.
	u.stop()
	for _, p := range during {
		go func() { _, _ = s.present(p, 2) }()
	}
	s.inFlight(during)
	d.fill(0)
	u.resume()
	s.unready("disk_full", "store_failing")
	s.server.kill()
	full := s.serve()
	<-full.done
	if full.cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("on a full disk it ends with %v:\n%s", full.cmd.ProcessState, strings.Join(full.said(), "\n"))
	}
	d.free()
	s.start()
	together(len(all), func(i int) {
		if a := s.insist(all[i], i); a.status != 200 {
			t.Errorf("payment %s: %d %s", all[i].id, a.status, a.body)
		}
	})
	if bought, _ := s.audit(t, price, all); len(bought) != len(all) {
		t.Errorf("%d of %d payments were minted", len(bought), len(all))
	}
	s.books(t, 0)
	s.server.kill()
}
