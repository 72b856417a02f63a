// Package notes keeps the operator's private notes: the table notes. A [Table] runs its
// statements on connections that it gets.
package notes

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Note is a note about a subject: launch:SLUG or order:PAYMENT ID.
type Note struct {
	Text   string // empty: there is no note
	Author string // address of a wallet
	At     time.Time
}

// MaxNotes is how many notes are kept.
const MaxNotes = 10_000

// ErrFull means that there are MaxNotes notes.
var ErrFull = errors.New("there are 10000 notes; delete one first")

// Table reads and writes notes.
type Table struct {
	Read *gorm.DB
	// Write runs f in one durable transaction.
	Write func(ctx context.Context, verb string, f func(db *gorm.DB, now time.Time) error) error
}

// Note returns the note about a subject, or the zero Note.
func (t *Table) Note(ctx context.Context, subject string) (n Note, err error) {
	var at int64
	err = t.Read.WithContext(ctx).Raw("SELECT text, author, at FROM notes WHERE subject = ?", subject).Row().Scan(&n.Text, &n.Author, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Note{}, nil
	}
	if err != nil {
		return Note{}, fmt.Errorf("read note about %s: %w", subject, err)
	}
	n.At = time.Unix(0, at).UTC()
	return n, nil
}

// Save writes the note about a subject in place of the one before. An empty text deletes it.
func (t *Table) Save(ctx context.Context, subject, text, author string) error {
	return t.Write(ctx, "write note about "+subject, func(db *gorm.DB, now time.Time) error {
		if text == "" {
			return db.Exec("DELETE FROM notes WHERE subject = ?", subject).Error
		}
		var others int
		if err := db.Raw("SELECT count(*) FROM notes WHERE subject <> ?", subject).Row().Scan(&others); err != nil {
			return err
		}
		if others >= MaxNotes {
			return ErrFull
		}
		return db.Exec("INSERT INTO notes (subject, text, author, at) VALUES (?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE SET text = excluded.text, author = excluded.author, at = excluded.at",
			subject, text, author, now.UnixNano()).Error
	})
}
