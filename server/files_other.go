//go:build !unix

package server

// openFiles returns enough for maxConnections: these systems have no such limit for
// sockets.
func openFiles() int { return 2 * maxConnections }
