package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/store/profiles"
	"github.com/mint402/mint402/webhook"
)

// Webhooks returns how far each webhook endpoint is, by name.
func (s *Store) Webhooks(ctx context.Context) (map[string]webhook.State, error) {
	all := map[string]webhook.State{}
	rows, err := s.read.WithContext(ctx).Raw("SELECT name, cursor, delivered, failing_since, failures, next, error, disabled FROM webhooks").Rows()
	if err == nil {
		err = eachRow(rows, func(row scanner) error {
			var name string
			var w webhook.State
			var since, next, disabled int64
			err := row.Scan(&name, &w.Cursor, &w.Delivered, &since, &w.Failures, &next, &w.Error, &disabled)
			w.FailingSince, w.Next, w.Disabled = dateOrZero(since), dateOrZero(next), dateOrZero(disabled)
			all[name] = w
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return all, nil
}

// SaveWebhooks stores how far webhook endpoints are, in one write.
func (s *Store) SaveWebhooks(ctx context.Context, states map[string]webhook.State) error {
	if len(states) == 0 {
		return nil
	}
	return s.write(ctx, "save webhooks", func(w *tx) error {
		for name, v := range states {
			delivered := v.Delivered
			if delivered == nil {
				delivered = []byte{} // nil would be NULL
			}
			_, err := w.exec(`INSERT INTO webhooks (name, cursor, delivered, failing_since, failures, next, error, disabled, updated)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, delivered = excluded.delivered,
				failing_since = excluded.failing_since, failures = excluded.failures, next = excluded.next, error = excluded.error,
				disabled = excluded.disabled, updated = excluded.updated`,
				name, v.Cursor, delivered, nanoseconds(v.FailingSince), v.Failures, nanoseconds(v.Next), v.Error, nanoseconds(v.Disabled), w.now.UnixNano())
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// dateOrZero is date, with 0 for the zero time. nanoseconds is its inverse.
func dateOrZero(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return date(n)
}

func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// SourceTable is the part of a database that keeps how far the verification of sources is.
type SourceTable struct{ Store *Store }

var _ source.Store = SourceTable{}

// Sources implements [source.Store].
func (t SourceTable) Sources(ctx context.Context) (all []source.State, err error) {
	rows, err := t.Store.read.WithContext(ctx).Raw("SELECT address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at FROM sources WHERE ? IN (0, chain_id)", t.Store.chain).Rows()
	if err == nil {
		err = eachRow(rows, func(row scanner) error {
			var v source.State
			var asked, next, verified int64
			err := row.Scan(&v.Address, &v.Service, &v.Title, &v.Status, &v.Match, &v.URL, &v.Ticket, &asked, &v.Failures, &v.Error, &next, &verified)
			v.Asked, v.Next, v.VerifiedAt = dateOrZero(asked), dateOrZero(next), dateOrZero(verified)
			all = append(all, v)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return all, nil
}

// SaveSource implements [source.Store].
func (t SourceTable) SaveSource(ctx context.Context, v source.State) error {
	if t.Store.chain == 0 {
		return fmt.Errorf("save source: %w", errNoChain)
	}
	return t.Store.write(ctx, "save source", func(w *tx) error {
		_, err := w.exec(`INSERT INTO sources (chain_id, address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at, updated)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chain_id, address, service) DO UPDATE SET title = excluded.title, status = excluded.status,
			match = excluded.match, url = excluded.url, ticket = excluded.ticket, asked = excluded.asked, failures = excluded.failures,
			error = excluded.error, next = excluded.next, verified_at = excluded.verified_at, updated = excluded.updated`,
			t.Store.chain, v.Address[:], v.Service, v.Title, string(v.Status), string(v.Match), v.URL, v.Ticket, nanoseconds(v.Asked), v.Failures, v.Error,
			nanoseconds(v.Next), nanoseconds(v.VerifiedAt), w.now.UnixNano())
		return err
	})
}

// CreatorTable is the part of a database that keeps which launches creators made, and which
// wallets may not make any.
type CreatorTable struct{ Store *Store }

// CreatorLimits bound the launches of creators, on all chains together: one wallet is one creator,
// and a launch on another chain is more of the same work. What creators spend on gas is bounded for
// each chain; see [Store.Spent]. 0 is no limit.
type CreatorLimits struct {
	PerWallet int // launches of one creator, ended ones included
	PerDay    int // launches of all creators in 24 hours
}

// Errors of CreatorTable.Save. It has written no row.
var (
	ErrBanned      = errors.New("this wallet may not launch here: the operator of this server has banned it")
	ErrWalletLimit = errors.New("this wallet has made as many launches here as it may")
	ErrDayLimit    = errors.New("as many launches as this server takes in 24 hours were made; try again later")
	ErrRegistered  = errors.New("this contract is already registered here")
)

// Save registers a launch for its creator: ErrBanned, ErrWalletLimit, ErrDayLimit and
// ErrRegistered are its conditions, and the other errors are those of SaveLaunch. Of any number
// of calls with one token, one succeeds. Unless it is shown, the launch is hidden; see
// [mint.Launch]. The same creator's second registration of a contract is not an error and
// changes nothing.
func (t CreatorTable) Save(ctx context.Context, l mint.Launch, limits CreatorLimits, shown bool) error {
	if err := checkLaunch(l); err != nil {
		return fmt.Errorf("save launch %q: %w", l.Slug, err)
	}
	return t.Store.write(ctx, "save launch "+l.Slug, func(w *tx) error {
		if l.Creator == (common.Address{}) {
			return errors.New("a creator is needed")
		}
		registered, err := admits(w.row, w.now, l.ChainID, l.Token, l.Creator, limits)
		if err != nil || registered {
			return err
		}
		w.launchSaved = true
		if err := w.saveLaunch(l); err != nil {
			return err
		}
		if _, err := w.exec("UPDATE launches SET creator = ?, created = ?, hidden = ? WHERE slug = ?", l.Creator[:], w.now.UnixNano(), !shown, l.Slug); err != nil {
			return err
		}
		return profiles.Listed(w.db, w.now, l.Slug, l.Creator.Hex(), l.Description, l.Image)
	})
}

// Admits returns the error that Save would return now for a contract on the store's chain, by a
// condition of creators, or nil.
func (t CreatorTable) Admits(ctx context.Context, token, creator common.Address, limits CreatorLimits) error {
	if t.Store.chain == 0 {
		return errNoChain
	}
	_, err := admits(func(query string, args ...any) scanner {
		return t.Store.read.WithContext(ctx).Raw(query, args...).Row()
	},
		t.Store.Now(), t.Store.chain, token, creator, limits)
	return err
}

// countCreated counts what the conditions of creators need: by wallet, token, the time a day
// ago, and chain.
const countCreated = `SELECT (SELECT count(*) FROM banned WHERE wallet = ?1), (SELECT count(*) FROM launches WHERE token = ?2 AND chain_id = ?4),
	coalesce((SELECT creator FROM launches WHERE token = ?2 AND chain_id = ?4), x''), (SELECT count(*) FROM launches WHERE creator = ?1 AND creator <> x''),
	(SELECT count(*) FROM launches WHERE creator <> x'' AND created > ?3)`

// admits checks the conditions of creators. It reports whether the creator has registered the
// contract before.
func admits(row func(query string, args ...any) scanner, now time.Time, chain uint64, token, creator common.Address, limits CreatorLimits) (registered bool, err error) {
	var banned, known, mine, today int
	var by []byte
	if err := row(countCreated, creator[:], token[:], now.Add(-day).UnixNano(), chain).Scan(&banned, &known, &by, &mine, &today); err != nil {
		return false, err
	}
	switch {
	case banned > 0:
		return false, ErrBanned
	case known > 0 && common.BytesToAddress(by) == creator:
		return true, nil
	case known > 0:
		return false, ErrRegistered
	case limits.PerWallet > 0 && mine >= limits.PerWallet:
		return false, ErrWalletLimit
	case limits.PerDay > 0 && today >= limits.PerDay:
		return false, ErrDayLimit
	}
	return false, nil
}

const day = 24 * time.Hour

// Ban bans a wallet, or lifts its ban. Its launches stay as they are.
func (t CreatorTable) Ban(ctx context.Context, wallet common.Address, banned bool) error {
	statement, args := "DELETE FROM banned WHERE wallet = ?", []any{wallet[:]}
	return t.Store.write(ctx, "ban "+wallet.Hex(), func(w *tx) error {
		if banned {
			statement, args = "INSERT INTO banned (wallet, at) VALUES (?, ?) ON CONFLICT DO NOTHING", append(args, w.now.UnixNano())
		}
		_, err := w.exec(statement, args...)
		return err
	})
}

// Banned returns the banned wallets, the newest ban first.
func (t CreatorTable) Banned(ctx context.Context) (all []common.Address, err error) {
	rows, err := t.Store.read.WithContext(ctx).Raw("SELECT wallet FROM banned ORDER BY at DESC").Rows()
	if err == nil {
		err = eachRow(rows, func(row scanner) error {
			var wallet common.Address
			err := row.Scan(&wallet)
			all = append(all, wallet)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read banned wallets: %w", err)
	}
	return all, nil
}
