package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Requests is a queue of files next to a database. With it another process, which cannot
// write to the database, gives a launch or a Change to the server that uses it. A launch is
// durable: a server that is killed finds it again. Only the user who runs the server, and root,
// can make requests, as only they can open the database.
type Requests struct {
	dir, prefix string
}

// NewRequests returns the requests for the database at a path.
func NewRequests(db string) (Requests, error) {
	path, err := filepath.Abs(db)
	if err == nil {
		path, err = filepath.EvalSymlinks(path) // by any name, the database has the same requests
	}
	return Requests{filepath.Dir(path), filepath.Base(path) + ".launch-"}, err
}

// RequestRefused is a server's answer that it will not sell a launch.
type RequestRefused struct{ Reason, Hint string }

// Error implements error.
func (e *RequestRefused) Error() string { return e.Reason }

const (
	requestPoll  = 250 * time.Millisecond // to look for a request, or for its answer
	requestRetry = 5 * time.Second        // after an error that may pass
	maxRequest   = 32 << 10               // bytes of a request
	maxRequests  = 64                     // requests that are read in one pass
	requestEnd   = ".json"
	refusalEnd   = ".refused"
)

// ServerNote is what a server that uses a database says about itself, in a file next to it.
type ServerNote struct {
	Minter common.Address `json:"minter"` // the account of its minter's key, or zero; of the first chain if there are several
	// Minters are those of each chain, by its id. A server of before has none.
	Minters map[uint64]common.Address `json:"minters,omitempty"`
}

// MinterOn returns the account of the minter's key on a chain, or zero.
func (n ServerNote) MinterOn(chainID uint64) common.Address {
	if n.Minters == nil {
		return n.Minter
	}
	return n.Minters[chainID]
}

func (r Requests) note() string { return filepath.Join(r.dir, r.prefix+"server"+requestEnd) }

// Announce writes the note of a server. The note stays when the server ends: the next one most
// likely has the same key.
func (r Requests) Announce(n ServerNote) error { return writeJSON(r.note(), n) }

// Server returns the note of the server that uses the database, or of the last one; a zero note if
// there was none.
func (r Requests) Server() (n ServerNote, err error) {
	text, err := readOwn(r.note())
	if errors.Is(err, fs.ErrNotExist) {
		return n, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	return n, err
}

// Path returns the file of a request. One contract can be on several chains at one address.
func (r Requests) Path(l Listing) string {
	name := strings.ToLower(l.Token.Hex())
	if l.ChainID != 0 {
		name += "-" + strconv.FormatUint(l.ChainID, 10)
	}
	return filepath.Join(r.dir, r.prefix+name+requestEnd)
}

// isListing reports whether a file's name, without prefix and end, is that of a request for a
// launch.
func isListing(name string) bool {
	token, chain, of := strings.Cut(name, "-")
	_, err := strconv.ParseUint(chain, 10, 64)
	return common.IsHexAddress(token) && (!of || err == nil)
}

// Ask requests that the server sells a launch, and waits until it is registered. The error
// is a *RequestRefused if the server refuses. If ctx ends first, the error is that of ctx,
// and the request stays.
func (r Requests) Ask(ctx context.Context, l Listing) error {
	return r.ask(ctx, r.Path(l), l)
}

// ask writes a request, and waits until it is answered.
func (r Requests) ask(ctx context.Context, path string, request any) error {
	refusal := strings.TrimSuffix(path, requestEnd) + refusalEnd
	if err := os.Remove(refusal); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeJSON(path, request); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(requestPoll):
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		text, err := readOwn(refusal)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		refused := &RequestRefused{}
		if err == nil {
			err = json.Unmarshal(text, refused)
		}
		if err != nil {
			return err
		}
		_ = os.Remove(refusal) // it was read
		return refused
	}
}

// Serve calls register for each launch, and change for each change, until ctx ends. A nil error
// or a *RequestRefused answers the request; after any other error it is tried again.
func (r Requests) Serve(ctx context.Context, log *slog.Logger, register func(context.Context, Listing) error, change func(context.Context, Change) error) {
	pause := requestPoll
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = requestPoll
		paths, err := r.pending()
		if err != nil {
			log.Warn("read requests of other processes", "err", err)
			pause = requestRetry
		}
		for _, path := range paths {
			if err := r.answer(ctx, path, register, change); err != nil && ctx.Err() == nil {
				log.Warn("a request cannot be fulfilled yet; trying again", "request", filepath.Base(path), "err", err)
				pause = requestRetry
			}
		}
	}
}

// pending returns the files of at most maxRequests requests.
func (r Requests) pending() (paths []string, err error) {
	entries, err := os.ReadDir(r.dir)
	for _, e := range entries {
		hex, ours := strings.CutPrefix(e.Name(), r.prefix)
		hex, ends := strings.CutSuffix(hex, requestEnd)
		// Files of others do not use up the places of our own.
		if ours && ends && (isListing(hex) || isChange(hex)) && len(paths) < maxRequests && owned(e.Info()) {
			paths = append(paths, filepath.Join(r.dir, e.Name()))
		}
	}
	return paths, err
}

// answer fulfils one request. It writes a refusal before it removes the request: the process
// that waits for the removal reads it then.
func (r Requests) answer(ctx context.Context, path string, register func(context.Context, Listing) error, change func(context.Context, Change) error) error {
	text, err := readOwn(path)
	if errors.Is(err, fs.ErrNotExist) { // the process that made it has taken it back
		return nil
	}
	if err != nil {
		return err
	}
	var l Listing
	var c Change
	changes := isChange(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), r.prefix), requestEnd))
	if changes {
		err = json.Unmarshal(text, &c)
	} else {
		err = json.Unmarshal(text, &l)
	}
	switch {
	case err != nil:
		err = &RequestRefused{Reason: "the request cannot be read: " + err.Error()}
	case changes && time.Now().After(c.Until):
		err = nil // no process waits for it; the operator may have changed the same by other means since
	case changes:
		err = change(ctx, c)
	case r.Path(l) != path:
		err = &RequestRefused{Reason: "the request is for another token than its file's name"}
	default:
		err = register(ctx, l)
	}
	if refused := (*RequestRefused)(nil); errors.As(err, &refused) {
		err = writeJSON(strings.TrimSuffix(path, requestEnd)+refusalEnd, refused)
	}
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// readOwn reads a file that only this user or root can write to. In a shared directory,
// another user could otherwise have a launch sold.
func readOwn(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !owned(info, nil) || !info.Mode().IsRegular() || info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("%s is not a file of this user only, and is not used: remove it", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxRequest+1))
	if err == nil && len(text) > maxRequest {
		err = fmt.Errorf("%s has more than %d bytes, and is not used: remove it", path, maxRequest)
	}
	return text, err
}

// owned reports whether a file is of this user or root.
func owned(info fs.FileInfo, err error) bool {
	if err != nil {
		return false
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	return known && (stat.Uid == 0 || int(stat.Uid) == os.Geteuid())
}

// writeJSON writes a file that is complete whenever it is there.
func writeJSON(path string, v any) error {
	text, err := json.Marshal(v)
	if err == nil && len(text) > maxRequest {
		err = fmt.Errorf("the request has %d bytes, and a server reads at most %d", len(text), maxRequest)
	}
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(0o644) // root may have made it for the server's user
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
