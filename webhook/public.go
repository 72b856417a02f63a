package webhook

import (
	"context"
	"net"
)

// DialPublic connects to "host:port" for an http.Transport, to public addresses only. If
// one of the host's addresses is not public it fails with ErrPrivate.
func DialPublic(ctx context.Context, network, address string) (net.Conn, error) {
	return newGuard(false).dialContext(ctx, network, address)
}
