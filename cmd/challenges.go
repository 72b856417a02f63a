package cmd

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Bounds of a file of challenge secrets.
const (
	minSecret  = 32 // bytes of a secret
	maxSecret  = 64 // bytes of a secret
	maxSecrets = 8
)

// challengeFile returns the path of the file with the secrets that bind MPP challenges.
// By default it is next to the database, so that a restart and a standby have the same.
func (f *serveFlags) challengeFile() string {
	if f.challenges != "" {
		return f.challenges
	}
	return f.db + ".challenges"
}

// challengeKeys returns the secrets of a file, newest first. If there is no file, it makes
// one with a new secret.
func challengeKeys(path string) ([][]byte, error) {
	text, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeChallengeFile(path); err != nil {
			return nil, fmt.Errorf("make a secret for challenges: %w", err)
		}
		text, err = readPrivate(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secrets of challenges: %w", err)
	}
	var keys [][]byte
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, err := hex.DecodeString(line)
		if err != nil || len(key) < minSecret || len(key) > maxSecret { // no quote: the line is a secret
			return nil, fmt.Errorf("%s:%d is not a secret of %d to %d hex digits", path, n+1, 2*minSecret, 2*maxSecret)
		}
		if keys = append(keys, key); len(keys) > maxSecrets {
			return nil, fmt.Errorf("%s has more than %d secrets", path, maxSecrets)
		}
	}
	if len(keys) == 0 {
		return nil, hint(fmt.Errorf("%s has no secret", path), "delete it to have one made")
	}
	return keys, nil
}

// makeChallengeFile writes a new secret to a file that does not exist. If another process
// makes the file at the same time, that one is kept.
func makeChallengeFile(path string) error {
	key := make([]byte, minSecret)
	_, _ = rand.Read(key) // crypto/rand does not fail
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = fmt.Fprintf(temporary, "# binds the challenges of MPP; see mint402 serve --help\n%x\n", key)
	if err == nil {
		err = temporary.Sync()
	}
	if err := errors.Join(err, temporary.Close()); err != nil {
		return err
	}
	// A link is complete or absent, and never replaces a file.
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}
