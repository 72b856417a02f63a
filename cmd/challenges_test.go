package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestTheSecretOfChallengesSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mint402.db.challenges")
	first, err := challengeKeys(path)
	if err != nil || len(first) != 1 || len(first[0]) != 32 {
		t.Fatalf("%x, %v", first, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again, err := challengeKeys(path)
	if err != nil || len(again) != 1 || !bytes.Equal(first[0], again[0]) {
		t.Errorf("%x, then %x, %v", first, again, err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

func TestServersThatStartTogetherShareOneSecret(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets")
	keys := make([][][]byte, 16)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = challengeKeys(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 1 || !bytes.Equal(k[0], keys[0][0]) {
			t.Fatalf("%x and %x", k, keys[0])
		}
	}
}

func TestAFileOfChallengeSecretsListsTheNewestFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	a, b := strings.Repeat("aa", 32), strings.Repeat("BB", 64)
	write("# rotated today\n\n"+a+"\r\n "+b+"\n", 0o600)
	keys, err := challengeKeys(path)
	if err != nil || len(keys) != 2 || keys[0][0] != 0xaa || keys[1][0] != 0xbb || len(keys[1]) != 64 {
		t.Errorf("%x, %v", keys, err)
	}
	for name, bad := range map[string]string{
		"nothing": "", "a comment": "# x\n", "a short one": a[2:], "a long one": b + "bb", "an odd one": a + "a", "no hex": strings.Repeat("zz", 32),
		"many": strings.Repeat(a+"\n", 9),
	} {
		write(bad, 0o600)
		if _, err := challengeKeys(path); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), a[4:]) {
			t.Errorf("%s: the error has the secret: %v", name, err)
		}
	}
	write(a, 0o644)
	if _, err := challengeKeys(path); err == nil || !strings.Contains(err.Error(), "other users may read it") {
		t.Errorf("a file that others may read: %v", err)
	}
}
