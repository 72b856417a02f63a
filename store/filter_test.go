package store

import (
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
)

func numbered(n int) mint.PaymentID {
	return mint.PaymentID(crypto.Keccak256Hash(common.BigToHash(common.Big256).Bytes(), []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}))
}

func TestAFilterForgetsNothingAndSeldomErrs(t *testing.T) {
	for _, begun := range []int{0, 100_000} { // grown four times, and made with room for all
		f := newFilter(begun)
		const ids = 60_000
		for n := range ids {
			f.add(numbered(n))
		}
		for n := range ids {
			if !f.has(numbered(n)) {
				t.Fatalf("id %d is forgotten", n)
			}
		}
		wrong := 0
		for n := range ids {
			if f.has(numbered(ids + n)) {
				wrong++
			}
		}
		if wrong > ids/250 {
			t.Errorf("%d of %d ids that are not there may be there", wrong, ids)
		}
		bits := 0
		for _, l := range *f.layers.Load() {
			bits += len(l.words) * 64
		}
		t.Logf("begun with room for %d: %d layers, %d bits an id, %d of %d wrong", begun, len(*f.layers.Load()), bits/ids, wrong, ids)
		if bits > 5*bitsOfID*ids {
			t.Errorf("%d bits an id", bits/ids)
		}
	}
}

func TestAFilterIsReadWhileItGrows(t *testing.T) {
	f := newFilter(0)
	told := make(chan mint.PaymentID, 64)
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for id := range told {
				if !f.has(id) {
					t.Errorf("%s is forgotten", id)
				}
			}
		})
	}
	for n := range 20_000 {
		f.add(numbered(n))
		told <- numbered(n)
	}
	close(told)
	readers.Wait()
}
