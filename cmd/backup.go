package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
)

const backupHelp = `
backup copies the database to a new file, even while a server uses it. The copy
is complete, of one moment, and on disk when the command ends.

usage: mint402 backup FILE [--db FILE]

    $ mint402 backup /backup/mint402-$(date +%F).db

flags
    --db FILE     the database (default mint402.db)
    --json        print the result as JSON

to restore one
    Stop the server. Move the database's files away, mint402.db and those whose
    names begin with mint402.db-. Copy the backup to mint402.db, and start the
    server: it reads from the chain what is newer. The other files next to the
    database (mint402.db.challenges, mint402.db.holders, webhooks.json) stay. A
    backup has no keys. Without a backup: mint402 rebuild.

The dashboard's checklist shows when this was last run, from a note that it writes
next to the database: FILE.backup.json.
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
			if err := noteBackup(db, args[0], p.Now(), info.Size()); err != nil {
				p.say("the dashboard will not show this backup: %s", err)
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

// noteBackup notes a copy for the dashboard's checklist.
func noteBackup(db, file string, now time.Time, size int64) error {
	whole, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	return store.NoteCopy(db, store.Copy{At: now, File: whole, Bytes: size})
}

// lastBackup returns the function that returns the newest copy of a database, for the dashboard.
func lastBackup(db string) func() (admin.Backup, error) {
	return func() (admin.Backup, error) {
		c, there, err := store.LastCopy(db)
		return admin.Backup{At: c.At, File: c.File, Bytes: c.Bytes, There: there}, err
	}
}
