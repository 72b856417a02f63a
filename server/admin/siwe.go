package admin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server/api"
)

// A wallet signs in by signing our message (EIP-4361) unchanged. The message's nonce is
// random and contains a code, made with our key, over everything in the message that
// varies. So we store no messages that we issued: a client that requests millions
// cannot push out the owner's. We store only used nonces, and only the signature of an
// allowed wallet uses one. Those of creators have bounds of their own, since any stranger may be one.

const (
	messageLifetime = 5 * time.Minute
	statement       = "Sign in to the mint402 dashboard. This costs nothing and moves nothing."
	maxSignature    = 4096 // bytes of a contract wallet's signature
	maxUsed         = 4096 // used messages that are stored, each until it expires
	maxGuestsUsed   = 8192 // the same, of creators
	maxClientUsed   = 64   // of these, of one client
)

// signIn issues messages to sign, and remembers the used ones.
type signIn struct {
	key    [32]byte
	checks signatureChecks

	mu   sync.Mutex
	used map[string]usedMessage // by nonce
}

// usedMessage is a message that a wallet signed in with.
type usedMessage struct {
	expires time.Time
	guest   bool
	client  netip.Prefix
}

func newSignIn(wallets []common.Address) *signIn {
	in := &signIn{checks: newSignatureChecks(wallets), used: map[string]usedMessage{}}
	rand.Read(in.key[:]) // never fails
	return in
}

// message is one to sign. Its whole text follows from these fields, the server's URL
// and the chain id.
type message struct {
	address common.Address
	nonce   string
	issued  time.Time // to the second
}

func (m message) expires() time.Time { return m.issued.Add(messageLifetime) }

// nonce returns 64 hex digits: 32 of the random bytes, and 32 of a code over them and
// the message.
func (in *signIn) nonce(random [16]byte, address common.Address, issued time.Time) string {
	code := hmac.New(sha256.New, in.key[:])
	code.Write(random[:])
	code.Write(address[:])
	code.Write(binary.BigEndian.AppendUint64(nil, uint64(issued.Unix())))
	return hex.EncodeToString(random[:]) + hex.EncodeToString(code.Sum(nil)[:16])
}

// issue returns a new message for a wallet.
func (in *signIn) issue(address common.Address, now time.Time) message {
	var random [16]byte
	rand.Read(random[:]) // never fails
	issued := now.UTC().Truncate(time.Second)
	return message{address, in.nonce(random, address, issued), issued}
}

// issued reports whether this server issued a message, by its nonce.
func (in *signIn) issued(m message) bool {
	random, err := hex.DecodeString(m.nonce)
	if err != nil || len(random) != 32 {
		return false
	}
	return hmac.Equal([]byte(m.nonce), []byte(in.nonce([16]byte(random[:16]), m.address, m.issued)))
}

// consume marks a message as used. The error is errUsedMessage if it already was, or
// errManySignIns if too many others have not expired.
func (in *signIn) consume(m message, who session, now time.Time) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	operators, guests, same := 0, 0, 0
	for nonce, used := range in.used {
		switch {
		case !now.Before(used.expires):
			delete(in.used, nonce)
			continue
		case !used.guest:
			operators++
			continue
		case used.client == who.client:
			same++
		}
		guests++
	}
	switch _, used := in.used[m.nonce]; {
	case used:
		return errUsedMessage
	case !who.guest && operators >= maxUsed, who.guest && (guests >= maxGuestsUsed || same >= maxClientUsed):
		return errManySignIns
	}
	in.used[m.nonce] = usedMessage{m.expires(), who.guest, who.client}
	return nil
}

// text returns the message in the format of EIP-4361.
func (d *Dashboard) text(m message) string {
	u, _ := url.Parse(d.Presenter.PublicURL) // Open has checked it
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return fmt.Sprintf("%s wants you to sign in with your Ethereum account:\n%s\n\n%s\n\nURI: %s\nVersion: 1\nChain ID: %d\nNonce: %s\nIssued At: %s\nExpiration Time: %s",
		u.Host, m.address.Hex(), statement, d.Presenter.PublicURL+"/admin", d.Presenter.Chains[0].Network.ChainID, m.nonce, at(m.issued), at(m.expires()))
}

// parse reads one of our messages back. It returns false unless the fields that it read
// give exactly the same text.
func (d *Dashboard) parse(text string) (m message, ok bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 11 {
		return m, false
	}
	nonce, one := strings.CutPrefix(lines[8], "Nonce: ")
	issued, two := strings.CutPrefix(lines[9], "Issued At: ")
	at, err := time.Parse(time.RFC3339, issued)
	account, three := api.ParseAddress(lines[1])
	if !one || !two || !three || err != nil {
		return m, false
	}
	m = message{account, nonce, at}
	return m, d.text(m) == text
}
