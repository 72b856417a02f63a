package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
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
		return "the connection ended in the middle of the answer"
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
