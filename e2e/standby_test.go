package e2e

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestAStandbyTakesOverFromAServerThatIsKilled(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 20)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)

	// Without --standby a second one does not start, whatever its address.
	address := s.listen
	s.listen = "127.0.0.1:0"
	second := s.serve()
	s.listen = address
	<-second.done
	if second.cmd.ProcessState.ExitCode() != 1 || !second.says("another process has the database open") {
		t.Errorf("a second server ended with %v:\n%s", second.cmd.ProcessState, strings.Join(second.said(), "\n"))
	}
	s.flags = []string{"--standby"}
	standby := s.serve()
	until(t, "the second stands by", func() bool { return standby.says("standing by") })

	u.stop()
	for _, p := range payments[:10] {
		go func() { _, _ = s.present(p, 2) }() // the server dies before it can answer
	}
	for _, p := range payments[:10] {
		s.reaches(p, "claimed", "minting")
	}
	s.inFlight(payments[:10])
	s.server.kill()
	s.server = standby
	s.serves()
	u.resume()
	together(len(payments), func(i int) {
		if a := s.insist(payments[i], i); a.status != 200 {
			t.Errorf("payment %s: %d %s", payments[i].id, a.status, a.body)
		}
	})
	if bought, _ := s.audit(t, price, payments); len(bought) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(bought), len(payments))
	}
	s.books(t, 0)
	if n := strings.Count(strings.Join(standby.said(), "\n"), "standing by"); n != 1 {
		t.Errorf("it said %d times that it stands by", n)
	}
}

func TestAStandbyThatIsNotNeededEndsWhenAsked(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	s := openShop(t, u, 1000)
	s.flags = []string{"--standby"}
	standby := s.serve()
	until(t, "the second stands by", func() bool { return standby.says("standing by") })
	standby.signal(syscall.SIGTERM)
	<-standby.done
	if code := standby.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with %d:\n%s", code, strings.Join(standby.said(), "\n"))
	}
}

func TestAServerThatWasSuspendedAndReplacedCannotHarmWhenItWakes(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 30)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)
	early, during, late := payments[:10], payments[10:20], payments[20:]

	u.stop()
	for _, p := range early {
		go func() { _, _ = s.present(p, 2) }()
	}
	for _, p := range early {
		s.reaches(p, "claimed", "minting")
	}
	s.inFlight(early)
	first := *s
	first.server.signal(syscall.SIGSTOP)
	defer first.server.signal(syscall.SIGCONT)
	// The kernel keeps the lock of a process that is suspended. Whoever runs the
	// server takes it by force, and the epoch has to hold.
	if err := os.Rename(s.db+".lock", s.db+".taken"); err != nil {
		t.Fatal(err)
	}
	s.listen = "127.0.0.1:0"
	s.start()
	u.resume()
	together(len(during), func(i int) {
		if a := s.insist(during[i], i); a.status != 200 {
			t.Errorf("payment %s: %d %s", during[i].id, a.status, a.body)
		}
	})

	// It wakes in the middle of its batch, with payments before it.
	first.server.signal(syscall.SIGCONT)
	together(len(late), func(i int) {
		if a, err := first.present(late[i], i); err == nil && (a.status == 200 || a.status == 402) {
			t.Errorf("the server that was replaced answered %d %s", a.status, a.body)
		}
	})
	until(t, "the first ends", first.server.ended)
	if first.server.cmd.ProcessState.ExitCode() <= 0 || !first.server.says("took the database over") {
		t.Errorf("the first ended with %v:\n%s", first.server.cmd.ProcessState, strings.Join(first.server.said(), "\n"))
	}
	together(len(payments), func(i int) {
		if a := s.insist(payments[i], i); a.status != 200 {
			t.Errorf("payment %s: %d %s", payments[i].id, a.status, a.body)
		}
	})
	if bought, _ := s.audit(t, price, payments); len(bought) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(bought), len(payments))
	}
	s.books(t, 0)
}
