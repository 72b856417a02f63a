package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"syscall"

	"github.com/ethereum/go-ethereum/common"
)

// Contents are the facts about a database that can be read without opening it for
// writing, with any version of the schema.
type Contents struct {
	Exists bool
	Old    bool // Open would migrate it
	// Chains are the chains that are bound or have launches: chain id → genesis block, or zero if
	// the chain is not bound yet.
	Chains map[uint64]common.Hash
	// Tokens are the launch contracts, by slug.
	Tokens map[string]Token
}

// Token is a launch contract. Several chains may have one with the same address.
type Token struct {
	ChainID uint64
	Address common.Address
}

// chainsSince is the schema from which on a database has several chains.
const chainsSince = 21

// Peek reads the contents of a file and changes nothing. If the file does not exist,
// the result is empty. It fails if the file is not a database of ours.
func Peek(path string) (Contents, error) {
	c, err := peek(path)
	if err != nil {
		return Contents{}, fmt.Errorf("open store %s: %w", path, err)
	}
	return c, nil
}

func peek(path string) (c Contents, err error) {
	if path, err = resolve(path); err != nil {
		return c, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return c, nil
	}
	if err == nil && info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	if err != nil {
		return c, err
	}
	db, err := sql.Open(Driver, dsn(path, url.Values{"mode": {"ro"}, "_busy_timeout": {"5000"}, "_query_only": {"1"}}))
	if err != nil {
		return c, err
	}
	defer db.Close()
	schema, err := version(db)
	if err != nil || schema == 0 {
		return c, err
	}
	c.Exists, c.Old, c.Tokens, c.Chains = true, schema < len(migrations), map[string]Token{}, map[uint64]common.Hash{}
	chains := "SELECT chain_id, genesis FROM chains"
	if schema < chainsSince {
		chains = "SELECT chain_id, genesis FROM meta WHERE chain_id IS NOT NULL"
	}
	bound, err := db.QueryContext(context.Background(), chains)
	if err == nil {
		err = eachRow(bound, func(row scanner) error {
			var id uint64
			var genesis []byte
			err := row.Scan(&id, &genesis)
			c.Chains[id] = common.BytesToHash(genesis)
			return err
		})
	}
	if err != nil {
		return c, fmt.Errorf("read chains: %w", err)
	}
	rows, err := db.QueryContext(context.Background(), "SELECT slug, chain_id, token FROM launches")
	if err != nil {
		return c, fmt.Errorf("read launches: %w", err)
	}
	return c, eachRow(rows, func(row scanner) error {
		var slug string
		var chain uint64
		var token []byte
		err := row.Scan(&slug, &chain, &token)
		c.Tokens[slug] = Token{chain, common.BytesToAddress(token)}
		if _, bound := c.Chains[chain]; !bound {
			c.Chains[chain] = common.Hash{}
		}
		return err
	})
}
