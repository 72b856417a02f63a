//go:build !failpoints

package failpoint

import (
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// Driver is the name of the database driver to open the store with.
const Driver = store.Driver

// Wrap returns the store and the chain unchanged.
func Wrap(s mint.Store, c mint.Chain) (mint.Store, mint.Chain) { return s, c }
