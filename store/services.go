package store

import (
	"context"
	"fmt"
	"time"

	"github.com/mint402/mint402/source"
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
	rows, err := t.Store.read.WithContext(ctx).Raw("SELECT address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at FROM sources").Rows()
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
	return t.Store.write(ctx, "save source", func(w *tx) error {
		_, err := w.exec(`INSERT INTO sources (address, service, title, status, match, url, ticket, asked, failures, error, next, verified_at, updated)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address, service) DO UPDATE SET title = excluded.title, status = excluded.status,
			match = excluded.match, url = excluded.url, ticket = excluded.ticket, asked = excluded.asked, failures = excluded.failures,
			error = excluded.error, next = excluded.next, verified_at = excluded.verified_at, updated = excluded.updated`,
			v.Address[:], v.Service, v.Title, string(v.Status), string(v.Match), v.URL, v.Ticket, nanoseconds(v.Asked), v.Failures, v.Error,
			nanoseconds(v.Next), nanoseconds(v.VerifiedAt), w.now.UnixNano())
		return err
	})
}
