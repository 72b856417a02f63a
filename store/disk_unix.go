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

// space returns how many bytes we may still write to a directory's disk, or an error
// if we may not write there.
func space(dir string) (uint64, error) {
	const writable = 2 // W_OK of access(2)
	if err := syscall.Access(dir, writable); err != nil {
		return 0, err
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, err
	}
	return uint64(disk.Bavail) * uint64(disk.Bsize), nil
}
