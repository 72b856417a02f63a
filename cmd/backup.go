package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

const backupHelp = `
backup copies the database to a new file, even while a server uses it. The copy
is complete, of one moment, and on disk when the command ends.

usage: mint402 backup FILE [--db FILE]

    $ mint402 backup /backup/mint402-$(date +%F).db

flags
    --db FILE     the database (default mint402.db)
    --json        print the result as JSON
`

type backedUp struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

func backupVerb(p *Program) *cobra.Command {
	var db string
	var asJSON bool
	c := &cobra.Command{Use: "backup", Long: backupHelp, Args: arguments(1, 1, "the file to write"),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openReader(db)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := isDirectory(filepath.Dir(args[0])); err != nil {
				return fmt.Errorf("back up to %s: %w", args[0], err)
			}
			if err := s.Backup(c.Context(), args[0]); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return p.json(backedUp{args[0], info.Size()})
			}
			_, err = fmt.Fprintf(p.Out, "%s, %d bytes\n", args[0], info.Size())
			return err
		}}
	c.Flags().StringVar(&db, "db", "mint402.db", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// isDirectory returns an error with the directory's name if it does not exist.
func isDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	return err
}

// writable returns an error if a file of the launch could not be written.
func (f *launchFlags) writable() error {
	for _, dir := range []string{filepath.Dir(f.db), f.out} {
		if err := isDirectory(dir); err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe, err := os.CreateTemp(dir, ".mint402-*")
		if err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return nil
}
