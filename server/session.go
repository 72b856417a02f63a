package server

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
)

const (
	sessionCookie = "mint402_session"
	sessionLasts  = 12 * time.Hour
	sessionsEach  = 16 // of one wallet; the oldest ends when another begins
)

// session is somebody who signed in.
type session struct {
	address common.Address
	expires time.Time
}

// sessions are those that are open, in memory only: a restart ends them all. They
// are kept by the hash of their token, so that neither a look at the memory nor
// the time that a search takes tells a token.
type sessions struct {
	mu     sync.Mutex
	byHash map[[sha256.Size]byte]session
}

// begin opens one and returns its token.
func (s *sessions) begin(address common.Address, now time.Time) (token string, _ session) {
	var random [32]byte
	rand.Read(random[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(random[:])
	began := session{address, now.Add(sessionLasts).UTC().Truncate(time.Second)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byHash == nil {
		s.byHash = map[[sha256.Size]byte]session{}
	}
	var oldest [sha256.Size]byte
	several := 0
	for hash, other := range s.byHash {
		switch {
		case !now.Before(other.expires):
			delete(s.byHash, hash)
		case other.address == address:
			if several++; several == 1 || other.expires.Before(s.byHash[oldest].expires) {
				oldest = hash
			}
		}
	}
	if several >= sessionsEach {
		delete(s.byHash, oldest)
	}
	s.byHash[sha256.Sum256([]byte(token))] = began
	return token, began
}

// of is the session of a token, if it is open.
func (s *sessions) of(token string, now time.Time) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, ok := s.byHash[sha256.Sum256([]byte(token))]
	return open, ok && now.Before(open.expires)
}

func (s *sessions) end(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byHash, sha256.Sum256([]byte(token)))
}

// sessionJSON is who is signed in.
type sessionJSON struct {
	Address   Address   `json:"address"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (s *Server) showSession(c *fiber.Ctx, who session) error {
	return c.JSON(sessionJSON{Address{who.address}, who.expires})
}

// signOut ends the session that asks for it.
func (s *Server) signOut(c *fiber.Ctx, _ session) error {
	s.Admin.sessions.end(c.Cookies(sessionCookie))
	s.setSession(c, "", -1)
	return c.SendStatus(fiber.StatusNoContent)
}

// setSession gives the browser a token that no script can read and that goes
// nowhere but to the dashboard's own requests.
func (s *Server) setSession(c *fiber.Ctx, token string, seconds int) {
	c.Cookie(&fiber.Cookie{Name: sessionCookie, Value: token, Path: "/admin", MaxAge: seconds,
		HTTPOnly: true, Secure: s.secure(), SameSite: fiber.CookieSameSiteStrictMode})
}
