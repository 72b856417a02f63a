package store

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/mint402/mint402/mint"
)

// filter is a Bloom filter of the stored ids. An id is added before the transaction
// that stores it is committed, and never removed. So an id that is not in the filter
// was never stored, and one that is in it may have been.
//
// One goroutine writes, any number read. An id is a hash, so its own bits serve as
// the hash functions. An attacker with colliding ids would only cause one
// database query for each.
type filter struct {
	layers atomic.Pointer[[]*layer] // each twice as large as the one before
}

// layer gives a wrong answer for about 1 in 1,700 ids when it is full. It has 16 bits
// for each id and sets 8 of them.
type layer struct {
	words []uint64 // the length is a power of two
	left  int      // ids that still fit; only the writer uses it
}

const bitsOfID, setByID = 16, 8

// newFilter returns a filter that holds the given number of ids in its first layer.
func newFilter(ids int) *filter {
	f := &filter{}
	f.layers.Store(&[]*layer{newLayer(ids)})
	return f
}

func newLayer(ids int) *layer {
	words := 1 << 10 // 4,096 ids
	for words*64 < ids*bitsOfID {
		words *= 2
	}
	return &layer{words: make([]uint64, words), left: words * 64 / bitsOfID}
}

// each calls f with the words and bits of an id, until f returns false. It reports
// whether f never did.
func (l *layer) each(id mint.PaymentID, f func(word *uint64, bit uint64) bool) bool {
	at, step := binary.LittleEndian.Uint64(id[:8]), binary.LittleEndian.Uint64(id[8:16])|1
	for range setByID {
		if !f(&l.words[at>>6&uint64(len(l.words)-1)], 1<<(at&63)) {
			return false
		}
		at += step
	}
	return true
}

// add adds an id. Only the writer may call it.
func (f *filter) add(id mint.PaymentID) {
	layers := *f.layers.Load()
	newest := layers[len(layers)-1]
	if newest.left == 0 {
		newest = newLayer(2 * len(newest.words) * 64 / bitsOfID)
		layers = append(layers[:len(layers):len(layers)], newest)
		f.layers.Store(&layers)
	}
	newest.left--
	newest.each(id, func(word *uint64, bit uint64) bool {
		atomic.OrUint64(word, bit)
		return true
	})
}

// has reports whether an id may be stored.
func (f *filter) has(id mint.PaymentID) bool {
	for _, l := range *f.layers.Load() {
		if l.each(id, func(word *uint64, bit uint64) bool { return atomic.LoadUint64(word)&bit != 0 }) {
			return true
		}
	}
	return false
}
