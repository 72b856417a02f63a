//go:build !failpoints

package cmd

import (
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// instrument is where the build with the tag failpoints puts itself between the
// engine and what it works with; here nothing is.
func instrument(s mint.Store, c mint.Chain) (mint.Store, mint.Chain) { return s, c }

func openDatabase(path string) (*store.Store, error) { return store.Open(path) }
