package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// writeArchive packs files into a folder of a tar.gz. The first one is the program.
// The same files give the same bytes, because names, modes, owners and times do not
// depend on the machine.
func writeArchive(path, folder string, files []string, made time.Time) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer closing(f, &err)
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	defer closing(z, &err)
	t := tar.NewWriter(z)
	defer closing(t, &err)
	for n, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if n == 0 {
			mode = 0o755
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: folder + "/" + filepath.Base(file), Mode: mode, Size: int64(len(text)), ModTime: made, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// closing closes c and keeps the first error.
func closing(c io.Closer, err *error) {
	if e := c.Close(); *err == nil {
		*err = e
	}
}

// writeSums writes a file of checksums for `sha256sum -c`.
func writeSums(path string, files []string) error {
	var b strings.Builder
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%x  %s\n", h.Sum(nil), filepath.Base(file))
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
