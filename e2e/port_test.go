package e2e

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// addressInUse is in the error of a program whose address another socket has.
const addressInUse = "address already in use"

// freeAddress returns an address for a server that is killed and started again at
// the same one. Its port is below those that systems give to outgoing connections:
// while the server is away, no connection takes it.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		if ln, err := net.Listen("tcp", address); err == nil {
			ln.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}
