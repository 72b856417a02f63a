//go:build linux || darwin

package store

import "syscall"

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
