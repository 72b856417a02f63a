package server

import (
	"net"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Patience is how long who listens may take to receive what they are told.
func (s *Server) Patience(d time.Duration) { s.hub.MaxWrite = d }

// Asking is how many questions about a wallet's signatures are asked or wait.
func (s *Server) Asking(wallet common.Address) int {
	l := s.Admin.signIn.questions.lines[wallet]
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.waiting)
	if l.busy {
		n++
	}
	return n
}

// Rest is how long an account is not asked again that was asked in vain, and for
// which hardly anybody waits.
func (s *Server) Rest(d time.Duration) {
	s.Admin.signIn.questions.patience, s.Admin.signIn.questions.rest = time.Millisecond, d
}

// Listen tells a connection of the test's own how a launch stands.
func (s *Server) Listen(conn net.Conn, slug string) bool {
	return s.listen(conn, slug, visitor{}, func() {})
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

// Badge is what a receipt's picture says of an order.
func Badge(o *mint.Order, doubted bool) string {
	text, _ := badgeOf(o, doubted)
	return text
}

// Reads bounds how many costly requests are answered at a time.
func Reads(s *Server, most int) { s.reads = newPortions(most) }

// FundsOf bounds how much test money is given within an hour.
func FundsOf(s *Server, most int) { s.faucet.max = most }
