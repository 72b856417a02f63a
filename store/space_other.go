//go:build !linux && !darwin

package store

import "math"

// space is not asked of systems that each say it in their own way: there a full
// disk shows with the first write that fails.
func space(string) (uint64, error) { return math.MaxUint64, nil }
