package store

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/mint402/mint402/mint"
)

// filter knows which ids were never stored: a Bloom filter. It is told of an id
// before the transaction that stores it is committed, and never forgets one; so
// what it has not was never stored, and what it has may have been.
//
// One writes, any number read. An id is a hash, so its own bits are the hash
// functions: whoever could choose ids that collide would win a query for each.
type filter struct {
	layers atomic.Pointer[[]*layer] // each twice as large as the one before
}

// layer takes about one wrong answer in 1,700 when it is full: 16 bits an id,
// of which 8 are set.
type layer struct {
	words []uint64 // a power of two
	room  int      // ids that may be added yet; the writer's
}

const bitsOfID, setByID = 16, 8

// newFilter is one with room for a number of ids in its first layer.
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
	return &layer{words: make([]uint64, words), room: words * 64 / bitsOfID}
}

// each calls f with the words and bits that stand for an id, until it is false.
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

// add tells of an id. It is the writer's to call.
func (f *filter) add(id mint.PaymentID) {
	layers := *f.layers.Load()
	newest := layers[len(layers)-1]
	if newest.room == 0 {
		newest = newLayer(2 * len(newest.words) * 64 / bitsOfID)
		layers = append(layers[:len(layers):len(layers)], newest)
		f.layers.Store(&layers)
	}
	newest.room--
	newest.each(id, func(word *uint64, bit uint64) bool {
		atomic.OrUint64(word, bit)
		return true
	})
}

// has says whether an id may be stored.
func (f *filter) has(id mint.PaymentID) bool {
	for _, l := range *f.layers.Load() {
		if l.each(id, func(word *uint64, bit uint64) bool { return atomic.LoadUint64(word)&bit != 0 }) {
			return true
		}
	}
	return false
}
