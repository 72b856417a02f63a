package admin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server/api"
)

const (
	sessionCookie = "mint402_session"
	// hostCookie is its name over https. Browsers take a cookie of this name only from this host,
	// over https and for all paths: another host of the operator's domain cannot set it.
	hostCookie      = "__Host-" + sessionCookie
	sessionLifetime = 12 * time.Hour
	maxSessions     = 16 // per wallet; a new one ends the oldest
	// maxGuestSessions bounds the sessions of all creators. A new one beyond it ends the oldest of
	// the client that has most of them. Operators' sessions are not among them.
	maxGuestSessions = 4096
)

// session is a wallet that is signed in.
type session struct {
	address common.Address
	expires time.Time
	client  netip.Prefix // that signed in
	guest   bool         // it signed in as a creator

	operator bool // set for each request
}

// sessions are the open sessions, in memory only: a restart ends them all. The key is
// the hash of the token, so that neither the memory nor the time of a lookup reveals a
// token.
type sessions struct {
	mu     sync.Mutex
	byHash map[[sha256.Size]byte]session
}

// begin opens a session and returns its token.
func (s *sessions) begin(who session, now time.Time) (token string, _ session) {
	var random [32]byte
	rand.Read(random[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(random[:])
	who.expires = now.Add(sessionLifetime).UTC().Truncate(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byHash == nil {
		s.byHash = map[[sha256.Size]byte]session{}
	}
	guests, clients := 0, map[netip.Prefix]int{}
	for hash, other := range s.byHash {
		switch {
		case !now.Before(other.expires):
			delete(s.byHash, hash)
		case other.guest:
			guests++
			clients[other.client]++
		}
	}
	if who.guest && guests >= maxGuestSessions {
		most := who.client
		for client, n := range clients {
			if n > clients[most] {
				most = client
			}
		}
		s.endOldest(1, func(o session) bool { return o.guest && o.client == most })
	}
	s.endOldest(maxSessions, func(o session) bool { return o.address == who.address })
	s.byHash[sha256.Sum256([]byte(token))] = who
	return token, who
}

// endOldest ends the oldest of some sessions if there are as many as may be. The caller holds
// the lock.
func (s *sessions) endOldest(most int, of func(session) bool) {
	var oldest [sha256.Size]byte
	several := 0
	for hash, other := range s.byHash {
		if !of(other) {
			continue
		}
		if several++; several == 1 || other.expires.Before(s.byHash[oldest].expires) {
			oldest = hash
		}
	}
	if several >= most {
		delete(s.byHash, oldest)
	}
}

// of returns the session of a token. It returns false if there is none, or if it has
// expired.
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

// sessionJSON is the wallet that is signed in.
type sessionJSON struct {
	Address   api.Address `json:"address"`
	ExpiresAt time.Time   `json:"expiresAt"`
	Role      string      `json:"role"` // "operator" or "creator"
}

func (d *Dashboard) showSession(c *fiber.Ctx, who session) error {
	role := "creator"
	if who.operator {
		role = "operator"
	}
	return c.JSON(sessionJSON{api.Address{Address: who.address}, who.expires, role})
}

// signOut ends the session of the request.
func (d *Dashboard) signOut(c *fiber.Ctx, _ session) error {
	_, token, _ := openSession(d, &c.Request().Header)
	d.sessions.end(token)
	d.setSession(c, "", -1)
	return c.SendStatus(fiber.StatusNoContent)
}

// setSession sets the session's cookie. No script can read it, and the browser sends it
// only with the dashboard's own requests.
func (d *Dashboard) setSession(c *fiber.Ctx, token string, seconds int) {
	cookie := &fiber.Cookie{Name: sessionCookie, Value: token, Path: "/admin", MaxAge: seconds, HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode}
	if d.Presenter.Secure() {
		cookie.Name, cookie.Path, cookie.Secure = hostCookie, "/", true
	}
	c.Cookie(cookie)
}

// openSession returns the session of a request. Of several cookies with the name, one that another
// host has set would lock the wallet out if it were the only one that is looked at.
func openSession(d *Dashboard, h *fasthttp.RequestHeader) (who session, token string, open bool) {
	name := sessionCookie
	if d.Presenter.Secure() {
		name = hostCookie
	}
	for key, value := range h.Cookies() {
		if open || string(key) != name {
			continue
		}
		token = string(value)
		who, open = d.sessions.of(token, d.Presenter.Now())
	}
	return who, token, open
}
