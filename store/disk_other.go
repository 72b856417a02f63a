//go:build !linux && !darwin

package store

import (
	"io/fs"
	"math"
)

// alone checks nothing: these systems do not report how many names (hard links) a file has.
func alone(string, fs.FileInfo) error { return nil }

// space returns the largest number: each of these systems reports free space in another
// way. On them, the first write that fails shows that the disk is full.
func space(string) (uint64, error) { return math.MaxUint64, nil }
