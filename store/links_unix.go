//go:build linux || darwin

package store

import (
	"fmt"
	"io/fs"
	"syscall"
)

// alone returns ErrLinked if a file has more than one name.
func alone(path string, info fs.FileInfo) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return fmt.Errorf("%s is one of %d names (hard links): %w", path, stat.Nlink, ErrLinked)
	}
	return nil
}
