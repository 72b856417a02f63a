package crowds_test

import (
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store/crowds"
)

var token = common.HexToAddress("0x50c4")

// held opens an index in which n addresses hold a token: the one with the number i has i+1.
func held(t testing.TB, path string, n int) *crowds.Index {
	t.Helper()
	i, err := crowds.OpenIndex(ctx, path)
	if err == nil {
		t.Cleanup(func() { i.Close() })
		err = i.Bind(ctx, common.Hash{1})
	}
	var all []crowd.Transfer
	for k := range n {
		all = append(all, crowd.Transfer{Token: token, To: Payer(k), Value: big.NewInt(int64(k + 1))})
	}
	if err == nil && n > 0 {
		err = i.Apply(ctx, token, mint.Block{Number: 5}, all, big.NewInt(int64(n*(n+1)/2)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestHoldersAreFoundByTheBeginningOfTheirAddress(t *testing.T) {
	i := held(t, filepath.Join(t.TempDir(), "holders"), 300)
	h, err := i.Holdings(ctx, token)
	if err != nil || h.Holders != 300 || !h.Complete() || h.TopTen.Int64() != 2955 {
		t.Fatalf("%+v, %v", h, err)
	}
	// The address of number 15 begins with 00000010, and so do no others.
	found, err := i.Holders(ctx, token, "0000001", 0, 100)
	if n, countErr := i.CountHolders(ctx, token, "0000001"); err != nil || countErr != nil || n != 16 || len(found) != 16 {
		t.Errorf("%d, %v, %v", n, err, countErr)
	}
	if last := found[len(found)-1]; last.Account != Payer(15) || last.Rank != 300-15 || last.Balance.Int64() != 16 {
		t.Errorf("%+v", last)
	}
	next, end, err := i.EachHolder(ctx, token)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	seen := 0
	for some, err := next(7); len(some) > 0; some, err = next(7) {
		if seen += len(some); err != nil || some[len(some)-1].Rank != int64(seen) {
			t.Fatalf("%v, %+v", err, some)
		}
	}
	if seen != 300 {
		t.Errorf("%d of 300", seen)
	}
}

func TestADamagedIndexIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holders")
	held(t, path, 3).Close()
	if h, err := held(t, path, 0).Holdings(ctx, token); err != nil || h.Holders != 3 {
		t.Errorf("opened again: %+v, %v", h, err)
	}
	if err := os.WriteFile(path, []byte("this is no database, and never was one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := held(t, path, 0).Holdings(ctx, token); err != nil || h.Read() {
		t.Errorf("%+v, %v", h, err)
	}
}

func BenchmarkHoldersOf20000Addresses(b *testing.B) {
	i := held(b, filepath.Join(b.TempDir(), "holders"), 20_000)
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			if _, err := i.Holdings(ctx, token); err != nil {
				b.Fatal(err)
			}
			if found, err := i.Holders(ctx, token, "", 19_900, 100); err != nil || len(found) != 100 {
				b.Fatal(len(found), err)
			}
		}
	})
	b.Run("1,000 transfers", func(b *testing.B) {
		var some []crowd.Transfer
		for k := range 1000 {
			some = append(some, crowd.Transfer{Token: token, From: Payer(19_999 - k), To: Payer(k), Value: big.NewInt(1)})
		}
		for b.Loop() {
			if err := i.Apply(ctx, token, mint.Block{Number: 6}, some, big.NewInt(1)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
