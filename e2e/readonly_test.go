package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// journaled is an ext4 of its own, which can be made read-only as the kernel
// does after an error, with files open.
type journaled struct {
	t               *testing.T
	dir, image, dev string
}

func mountJournaled(t *testing.T) *journaled {
	t.Helper()
	j := &journaled{t: t, dir: t.TempDir(), image: filepath.Join(t.TempDir(), "disk")}
	if err := errors.Join(os.WriteFile(j.image, nil, 0o600), os.Truncate(j.image, 160<<20)); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("mkfs.ext4", "-q", j.image).CombinedOutput(); err != nil {
		t.Skipf("a disk of its own cannot be made here: %v %s", err, said)
	}
	said, err := exec.Command("losetup", "--find", "--show", j.image).CombinedOutput()
	if err != nil {
		t.Skipf("a disk of its own cannot be had here: %v %s", err, said)
	}
	j.dev = strings.TrimSpace(string(said))
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", j.dev).Run() })
	if err := j.mount(); err != nil {
		t.Skipf("a disk of its own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(j.dir, 0); err != nil {
			t.Errorf("unmount %s: %v", j.dir, err)
		}
	})
	return j
}

func (j *journaled) mount() error {
	return syscall.Mount(j.dev, j.dir, "ext4", 0, "errors=remount-ro")
}

// breakDown has the kernel find an error, after which it writes nothing.
func (j *journaled) breakDown() {
	j.t.Helper()
	if err := os.WriteFile("/sys/fs/ext4/"+filepath.Base(j.dev)+"/trigger_fs_error", []byte("1"), 0); err != nil {
		j.t.Skipf("the disk cannot be made to fail here: %v", err)
	}
}

// repair checks it and mounts it again.
func (j *journaled) repair() {
	j.t.Helper()
	if err := syscall.Unmount(j.dir, 0); err != nil {
		j.t.Fatal(err)
	}
	// It says 1 when it repaired something.
	if said, err := exec.Command("fsck.ext4", "-y", j.dev).CombinedOutput(); err != nil && !strings.Contains(err.Error(), "exit status 1") {
		j.t.Fatalf("repair %s: %v\n%s", j.dev, err, said)
	}
	if err := j.mount(); err != nil {
		j.t.Fatal(err)
	}
}

func TestADiskThatTurnsReadOnlyLosesNothing(t *testing.T) {
	begin(t)
	d := mountJournaled(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 20)
	u.give(price, addresses(payers)...)
	s := newShop(t, u)
	s.db = filepath.Join(d.dir, "mint402.db")
	s.launch(1000)
	s.start()
	all := s.payments(payers, 1)
	u.stop()
	for _, p := range all[:10] {
		go func() { _, _ = s.present(p, 2) }()
	}
	s.inFlight(all[:10])
	d.breakDown()
	u.resume()
	s.unready("disk_full", "store_failing")
	for i, p := range all[10:] {
		if a, err := s.present(p, i); err != nil || a.status != 503 {
			t.Errorf("a payment is presented: %d %s, %v", a.status, a.body, err)
		}
	}
	if s.server.ended() {
		t.Errorf("the server ended:\n%s", strings.Join(s.server.said(), "\n"))
	}
	s.restart(d.repair)
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
