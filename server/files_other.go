//go:build !unix

package server

// openFiles is not limited by systems that have no such limit for sockets.
func openFiles() int { return 2 * maxConnections }
