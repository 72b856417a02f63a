package pay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// A FileLedger is a Ledger in a file: a journal of one JSON object a line, which is
// only appended to. Each line is synced to disk before the call returns. A kernel lock
// on a second file orders all processes; it ends with its process, also by kill -9.
//
// A last line without its end was being written when the process died. Its payment has
// not left the process, so the line is removed. Any other line that cannot be read is
// an error, and no payment is signed.
type FileLedger struct {
	payer common.Address
	path  string

	mu      sync.Mutex // before lock: flock knows processes, not goroutines
	lock    *flock.Flock
	read    int64 // bytes of the journal that records has
	records []Record
	index   map[mint.PaymentID]int
}

// OpenLedger opens the ledger of an account in a directory, which it creates.
func OpenLedger(dir string, payer common.Address) (*FileLedger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	base := filepath.Join(dir, payer.Hex())
	l := &FileLedger{payer: payer, path: base + ".ledger", lock: flock.New(base + ".lock"), index: map[mint.PaymentID]int{}}
	return l, l.locked(context.Background(), func(*os.File) error { return nil })
}

// entry is one line of the journal.
type entry struct {
	Sign *Record `json:"sign,omitempty"`
	Mark *Mark   `json:"mark,omitempty"`
}

// maxLock is how long a call waits for other processes.
const maxLock = 10 * time.Second

// locked runs do with the lock held and all records read.
func (l *FileLedger) locked(ctx context.Context, do func(*os.File) error) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, maxLock)
	defer cancel()
	if ok, err := l.lock.TryLockContext(ctx, 5*time.Millisecond); !ok {
		return fmt.Errorf("lock ledger %s: %w", l.path, err)
	}
	defer func() { err = errors.Join(err, l.lock.Unlock()) }()
	_, missing := os.Stat(l.path)
	if errors.Is(missing, os.ErrNotExist) && l.read > 0 {
		return fmt.Errorf("ledger %s was removed while it was in use", l.path)
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	defer f.Close()
	if errors.Is(missing, os.ErrNotExist) {
		if err := syncDir(filepath.Dir(l.path)); err != nil {
			return fmt.Errorf("open ledger: %w", err)
		}
	}
	if err := l.catchUp(f); err != nil {
		return err
	}
	return do(f)
}

// catchUp reads what was appended since the last call, by any process.
func (l *FileLedger) catchUp(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	if info.Size() < l.read {
		return fmt.Errorf("ledger %s was shortened while it was in use", l.path)
	}
	data, err := io.ReadAll(io.NewSectionReader(f, l.read, info.Size()-l.read))
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	for rest := data[:whole]; len(rest) > 0; {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		if err := l.apply(line); err != nil {
			return fmt.Errorf("ledger %s at byte %d: %w; nothing was signed, because the line may be a payment that was sent", l.path, l.read, err)
		}
		l.read += int64(len(line)) + 1
		rest = after
	}
	if whole < len(data) {
		if err := f.Truncate(l.read); err != nil {
			return fmt.Errorf("remove the unfinished line of the ledger: %w", err)
		}
	}
	return nil
}

// apply adds one line to the records.
func (l *FileLedger) apply(line []byte) error {
	e, err := l.decode(line)
	switch {
	case err != nil:
		return err
	case e.Sign != nil:
		l.index[e.Sign.ID] = len(l.records)
		l.records = append(l.records, *e.Sign)
	default:
		l.records[l.index[e.Mark.ID]].mark(*e.Mark)
	}
	return nil
}

// decode decodes a line. It returns an error for a line that the ledger cannot have next.
func (l *FileLedger) decode(line []byte) (e entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&e); err != nil {
		return e, err
	}
	switch {
	case e.Sign != nil && e.Mark == nil:
		a := e.Sign.Payment.Authorization
		if e.Sign.Cost < 0 || a.From != l.payer || a.ValidBefore == nil || !a.ValidBefore.IsInt64() {
			return e, fmt.Errorf("it is not a payment of the account %s", l.payer)
		}
		if _, known := l.index[e.Sign.ID]; known {
			return e, errors.New("it repeats a payment")
		}
	case e.Mark != nil && e.Sign == nil:
		if _, known := l.index[e.Mark.ID]; !known {
			return e, errors.New("it is about no payment of the ledger")
		}
	default:
		return e, errors.New("it is neither a payment nor a mark")
	}
	return e, nil
}

// mark applies news. What a final block showed stays, and so does a delivery.
func (r *Record) mark(m Mark) {
	r.Delivered = r.Delivered || m.Delivered || m.State == StateAnswered
	if r.State == StateSettled || r.State == StateVoid || m.State == StateUndecided && r.State != StateUndecided {
		return
	}
	r.State, r.Note = m.State, m.Note
	if m.Transaction != "" {
		r.Transaction = m.Transaction
	}
}

// append writes one line durably and applies it. It writes no line that the ledger could
// not read again: after one, nothing could be signed any more.
func (l *FileLedger) append(f *os.File, e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write ledger: %w", err)
	}
	if _, err := l.decode(line); err != nil {
		return fmt.Errorf("write ledger: %w; nothing was written", err)
	}
	line = append(line, '\n')
	_, err = f.WriteAt(line, l.read)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return fmt.Errorf("write ledger: %w", errors.Join(err, f.Truncate(l.read)))
	}
	l.read += int64(len(line))
	return l.apply(line)
}

// Sign implements Ledger.
func (l *FileLedger) Sign(ctx context.Context, draft Record, limits *Limits, now time.Time, sign func() (x402.Signed, error)) (_ Record, err error) {
	err = l.locked(ctx, func(f *os.File) error {
		if n := len(l.records); n > 0 && l.records[n-1].SignedAt.After(now) {
			now = l.records[n-1].SignedAt // the clock was set back
		}
		if err := admit(draft, limits, l.records, now); err != nil {
			return err
		}
		draft.SignedAt, draft.State = now, StateUndecided
		if draft.Payment, err = sign(); err != nil {
			return err
		}
		return l.append(f, entry{Sign: &draft})
	})
	if err != nil {
		return Record{}, err // a signature that is not stored leaves this process in no way
	}
	return draft, nil
}

// Mark implements Ledger.
func (l *FileLedger) Mark(ctx context.Context, m Mark) error {
	return l.locked(ctx, func(f *os.File) error {
		i, known := l.index[m.ID]
		if !known {
			return fmt.Errorf("mark payment %s: the ledger does not have it", m.ID)
		}
		after := l.records[i]
		if after.mark(m); after == l.records[i] {
			return nil
		}
		return l.append(f, entry{Mark: &m})
	})
}

// Records implements Ledger.
func (l *FileLedger) Records(ctx context.Context) (all []Record, err error) {
	err = l.locked(ctx, func(*os.File) error {
		all = append(all, l.records...)
		return nil
	})
	return all, err
}

// syncDir makes the creation of a file in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
