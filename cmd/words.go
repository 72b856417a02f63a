package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/x402"
)

// inWords returns an error's message, with messages of Go's own libraries replaced by
// plain ones.
func inWords(err error) string {
	message := err.Error()
	put := func(inner error, words string) {
		if words != "" {
			message = strings.Replace(message, inner.Error(), words, 1)
		}
	}
	for _, inner := range causes(err) {
		put(inner, wordsFor(inner))
	}
	return plainLine(strings.NewReplacer("unable to open database file: no such file or directory", "the file cannot be opened as a database",
		"no such file or directory", "there is no such file").Replace(message))
}

// plainLine joins the lines of a message into one line.
func plainLine(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "; ")
}

// causes returns an error and all errors that it wraps, the outermost first.
func causes(err error) (all []error) {
	if err == nil {
		return nil
	}
	all = append(all, err)
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		all = append(all, causes(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, causes(one)...)
		}
	}
	return all
}

// wordsFor returns a plain message for an error of a library, or "" for any other.
func wordsFor(err error) string {
	switch e := err.(type) {
	case *url.Error:
		if e.Op == "parse" {
			return fmt.Sprintf("%q is not a URL", plain(e.URL))
		}
		return notReached(e.Err)
	case *net.OpError, *net.DNSError:
		return notReached(err)
	case *net.AddrError:
		return fmt.Sprintf("%q is not HOST:PORT", e.Addr)
	case *strconv.NumError:
		return fmt.Sprintf("%q is not a number in range", e.Num)
	case *json.SyntaxError, *json.UnmarshalTypeError, *json.InvalidUnmarshalError:
		return "it is not the expected JSON"
	case *time.ParseError:
		return fmt.Sprintf("%q is not a time", e.Value)
	case *fs.PathError:
		return pathWords(e)
	case rpc.HTTPError:
		return fmt.Sprintf("the answer has HTTP status %d", e.StatusCode)
	}
	switch err {
	case io.ErrUnexpectedEOF, io.EOF:
		return "it ends too early"
	case context.DeadlineExceeded:
		return "no answer in time"
	}
	return ""
}

func pathWords(e *fs.PathError) string {
	switch {
	case errors.Is(e, fs.ErrNotExist):
		return fmt.Sprintf("there is no file %s", e.Path)
	case errors.Is(e, fs.ErrPermission):
		return fmt.Sprintf("%s may not be read or written by this user", e.Path)
	case errors.Is(e, syscall.EISDIR):
		return fmt.Sprintf("%s is a directory", e.Path)
	}
	return ""
}

// notReached explains why an address did not answer.
func notReached(err error) string {
	var dns *net.DNSError
	var transport net.Error
	var address *net.AddrError
	switch {
	case errors.As(err, &address):
		return wordsFor(address)
	case errors.As(err, &dns):
		return fmt.Sprintf("the host %s is unknown", dns.Name)
	case errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &transport) && transport.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens there"
	case errors.Is(err, syscall.EADDRINUSE):
		return "address already in use by another program"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "the address is not one of this machine"
	case errors.Is(err, syscall.EACCES):
		return "this user may not listen there"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "that network cannot be reached from here"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// unreached reports whether an error means that a server or node gave no answer.
func unreached(err error) bool {
	var (
		request *url.Error
		op      *net.OpError
		dns     *net.DNSError
		status  rpc.HTTPError
	)
	switch {
	case errors.As(err, &request):
		return request.Op != "parse"
	case errors.As(err, &op):
		return op.Op != "listen"
	}
	return errors.As(err, &dns) || errors.As(err, &status) || errors.Is(err, context.DeadlineExceeded)
}

// title returns a network's name for people.
func title(caip2 string) string {
	if n, ok := x402.NetworkByName(caip2); ok {
		return n.Title
	}
	return caip2
}

// plain shortens a server's text and makes it safe to show on a terminal.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 200 {
		s = string(r[:200]) + "…"
	}
	return s
}

// reasonWords explains the protocol's reasons to a payer.
var reasonWords = map[x402.Reason]string{
	x402.ReasonScheme:        "the server accepts another kind of payment",
	x402.ReasonNetwork:       "the payment is for another chain",
	x402.ReasonRequirement:   "the payment does not match what the server asks for",
	x402.ReasonMissingDomain: "the payment lacks the asset's name or version",
	x402.ReasonTokenName:     "the payment has another name for the asset than the server",
	x402.ReasonTokenVersion:  "the payment has another version of the asset than the server",
	x402.ReasonRecipient:     "the payment is to another recipient",
	x402.ReasonValue:         "the amount of the payment is not the price",
	x402.ReasonValidAfter:    "the payment is not valid yet: check the clock of this machine",
	x402.ReasonValidBefore:   "the payment has expired, or is valid for longer than the server accepts",
	x402.ReasonPayload:       "the payment cannot be read",
	x402.ReasonSignature:     "the signature is not the account's",
	x402.ReasonFactory:       "the wallet has to be deployed first",
	x402.ReasonBalance:       "the account has too little of the asset",
	x402.ReasonNonceUsed:     "the payment was used or cancelled before",
	x402.ReasonNotEIP3009:    "the asset cannot be paid by signature",
	x402.ReasonNoAsset:       "the asset does not exist on that chain",
	x402.ReasonSimulation:    "the chain would refuse the payment",
	x402.ReasonTransaction:   "the chain refused the payment",
	x402.ReasonPending:       "the payment is in progress",
}

// sharedWords explains the reasons of version 1 that stand for several of version 2.
var sharedWords = map[string]string{
	"invalid_payment_requirements": "the payment does not match what the server asks for",
	"invalid_transaction_state":    "the chain would refuse the payment, or has already used it",
}

// wordsOf explains a server's reason if it is one of the protocol's. The code follows
// in the text, so that users can search for it.
func wordsOf(reason string) string {
	code, detail, _ := strings.Cut(reason, ":")
	words, known := sharedWords[code]
	for r, w := range reasonWords {
		if !known && (code == string(r) || code == r.V1()) {
			words, known = w, true
		}
	}
	if known {
		if detail = strings.TrimSpace(detail); detail != "" {
			words += ": " + plain(detail)
		}
		return words + " (" + code + ")"
	}
	return plain(reason)
}

// quoted returns s as one word of a shell's command line.
func quoted(s string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:@%+=-]+$`).MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// nameOf returns a name for an endpoint, from the host of its URL.
func nameOf(to string) string {
	_, host, _ := strings.Cut(to, "://")
	host, _, _ = strings.Cut(host, "/")
	host = host[strings.LastIndex(host, "@")+1:]
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(host))
	return cmp.Or(strings.Trim(name[:min(len(name), 32)], "-"), "webhook")
}
