package server

import (
	"net"
	"net/netip"
	"time"

	"github.com/mint402/mint402/server/api"
)

// Patience is how long who listens may take to receive what they are told.
func (s *Server) Patience(d time.Duration) { s.hub.MaxWrite = d }

// Listen tells a connection of the test's own how a launch stands.
func (s *Server) Listen(conn net.Conn, slug string) bool {
	return s.listen(conn, slug, netip.Prefix{}, func() {})
}

// Listeners is how many listen.
func (s *Server) Listeners() int { return s.hub.Listeners() }

// Routes are the server's, as method and path.
func Routes(s *Server) [][2]string {
	var all [][2]string
	for _, r := range s.app.GetRoutes(true) {
		all = append(all, [2]string{r.Method, r.Path})
	}
	return all
}

// ConnectionsOf is how many connections are taken with so many files.
func ConnectionsOf(files int) int { return connectionsOf(files) }

// Reads bounds how many costly requests are answered at a time.
func Reads(s *Server, most int) { s.reads = api.NewQuota(most) }

// FundsOf bounds how much test money is given within an hour.
func FundsOf(s *Server, most int) { s.faucet.max = most }

// ServeOne answers on the first connection of one more listener, until that ends.
func ServeOne(s *Server, ln net.Listener) error {
	c, err := s.guard(ln).Accept()
	if err != nil {
		return err
	}
	return s.app.Server().ServeConn(c)
}

// DropPayment removes the payment's headers from a request.
var DropPayment = dropPayment

// IsCrowded reports whether payments that are taken now give up their memory while they wait.
func IsCrowded(s *Server) bool { return s.checkout.IsCrowded() }
