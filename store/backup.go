package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Backup writes a copy of the database, as it is at this moment, to a path that must
// not exist yet. Others can read and write during that time. The copy gets its final
// name only when it is complete and on disk.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := backup(ctx, s, path); err != nil {
		return fmt.Errorf("back up to %s: %w", path, err)
	}
	return nil
}

func backup(ctx context.Context, s *Store, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return err
	}
	partial, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".partial-*")
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name())
	defer partial.Close()
	// The readers' connections may not create files, so this is a new connection.
	db, err := sql.Open(s.driver, dsn(s.path, url.Values{"mode": {"rw"}, "_busy_timeout": {"5000"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", partial.Name()); err != nil {
		return err
	}
	if err := partial.Sync(); err != nil {
		return err
	}
	// Unlike a rename, a link never replaces a file that was created there since the
	// check.
	if err := os.Link(partial.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// Copy is the newest copy that [NoteCopy] noted.
type Copy struct {
	At    time.Time `json:"at"`
	File  string    `json:"file"` // with its whole path
	Bytes int64     `json:"bytes"`
}

// noteOf returns the file with the note about the newest copy of a database. It is not in the
// database, because only one process may write there, and copies are made by another.
func noteOf(db string) (string, error) {
	path, err := resolve(db)
	return path + ".backup.json", err
}

// NoteCopy notes next to a database that a copy of it was written.
func NoteCopy(db string, c Copy) error {
	note, err := noteOf(db)
	if err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	partial, err := os.CreateTemp(filepath.Dir(note), filepath.Base(note)+".partial-*")
	if err != nil {
		return err
	}
	defer os.Remove(partial.Name())
	_, err = partial.Write(text)
	if err = errors.Join(err, partial.Close()); err != nil {
		return err
	}
	return os.Rename(partial.Name(), note)
}

// LastCopy returns the newest copy of a database that was noted, or a zero one, and whether
// the copy is still there.
func LastCopy(db string) (c Copy, there bool, err error) {
	note, err := noteOf(db)
	if err != nil {
		return c, false, err
	}
	text, err := os.ReadFile(note)
	if errors.Is(err, fs.ErrNotExist) {
		return c, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return Copy{}, false, fmt.Errorf("read %s: %w", note, err)
	}
	info, err := os.Stat(c.File)
	return c, err == nil && info.Size() == c.Bytes, nil
}
