package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/mint402/mint402/mint"
)

// files identifies the database's files as they were when it was opened. SQLite
// continues to use an open file after it was deleted or replaced at its path. If the
// file was truncated, SQLite continues while the pages are in its cache. In both
// cases, new data would be missing after a restart.
type files struct {
	mu   sync.Mutex
	all  []string // paths: the database, and its log
	open map[string]fs.FileInfo
	size int64 // largest size of the database seen so far
}

// watch stores the identity of the files that are at the paths now.
func (f *files) watch(paths ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all, f.open = paths, map[string]fs.FileInfo{}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		f.open[path] = info
	}
	return nil
}

// check returns mint.ErrStoreGone if a path no longer leads to the open file, or if
// the database file became shorter. SQLite never shortens it without a VACUUM.
func (f *files) check() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, path := range f.all {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%w: there is no file at %s", mint.ErrStoreGone, path)
		case err != nil:
			return err
		case !os.SameFile(info, f.open[path]):
			return fmt.Errorf("%w: another file is at %s", mint.ErrStoreGone, path)
		case i == 0 && info.Size() < f.size:
			return fmt.Errorf("%w: %s has %d bytes, and had %d before", mint.ErrStoreGone, path, info.Size(), f.size)
		case i == 0:
			f.size = info.Size()
		}
	}
	return nil
}

// resolve maps all paths that lead to a file to one path, so that they share a lock.
func resolve(path string) (string, error) {
	if path == "" {
		return "", errors.New("the name of the file is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // the file does not exist yet
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// named checks that the database file exists and has no second name.
func named(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	return alone(path, info)
}
