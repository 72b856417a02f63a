//go:build unix

package server

import "syscall"

// openFiles returns how many files the process may have open, connections included. Go
// raises the soft limit to the hard one when a program starts.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return maxConnections
	}
	return int(min(uint64(limit.Cur), 2*maxConnections))
}
