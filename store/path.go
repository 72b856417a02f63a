package store

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
)

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

func dsn(path string, options url.Values) string {
	options.Set("_mutex", "no") // database/sql never uses a connection from two goroutines at a time
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}).String()
}
