package server

import (
	"net"
	"time"
)

// Patience is how long who listens may take to receive what they are told.
func (s *Server) Patience(d time.Duration) { s.feeds.patience = d }

// Listen tells a connection of the test's own how a launch stands.
func (s *Server) Listen(conn net.Conn, slug string) bool { return s.feeds.begin(conn, slug) }

// Listeners is how many listen.
func (s *Server) Listeners() int { return s.feeds.count() }
