package mint_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
)

// audit reads a database as it is on disk, through a connection that no fault of
// the model touches. It reads what is of one chain.
type audit struct {
	chain uint64
	conn  driver.Conn
	stmts map[string]driver.Stmt
}

// row is an order as it is on disk.
type row struct {
	id       mint.PaymentID
	launch   string
	payer    common.Address
	quantity int64
	state    mint.State
	claimed  bool
	promised int64 // asset base units in flight
	block    uint64
	hash     common.Hash // of the block of the mint
}

func openAudit(path string, chain uint64) (*audit, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open("file:" + path + "?mode=ro&_query_only=1&_busy_timeout=5000")
	if err != nil {
		return nil, err
	}
	return &audit{chain, conn, map[string]driver.Stmt{}}, nil
}

func (a *audit) close() {
	for _, stmt := range a.stmts {
		stmt.Close()
	}
	a.conn.Close()
}

// each calls do with the columns of every row.
func (a *audit) each(query string, do func([]driver.Value), args ...driver.Value) (err error) {
	stmt := a.stmts[query]
	if stmt == nil {
		if stmt, err = a.conn.Prepare(query); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		a.stmts[query] = stmt
	}
	named := make([]driver.NamedValue, len(args))
	for i, v := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	rows, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), named)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	defer rows.Close()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		do(values)
	}
}

// orders reads every order.
func (a *audit) orders() (map[mint.PaymentID]row, error) {
	found := map[mint.PaymentID]row{}
	err := a.each(`SELECT id, launch, payer, quantity, state, signature IS NOT NULL,
		CASE WHEN state IN ('claimed', 'minting') AND settlement_tx IS NULL THEN coalesce(claimed_value, 0) ELSE 0 END,
		coalesce(mint_block, 0), coalesce(mint_hash, x'') FROM orders WHERE chain_id = ?`, func(v []driver.Value) {
		r := row{id: mint.PaymentID(v[0].([]byte)), launch: text(v[1]), payer: common.Address(v[2].([]byte)), quantity: v[3].(int64),
			state: mint.State(text(v[4])), claimed: v[5].(int64) == 1, promised: v[6].(int64), block: uint64(v[7].(int64))}
		if h, ok := v[8].([]byte); ok {
			r.hash = common.BytesToHash(h)
		}
		found[r.id] = r
	}, int64(a.chain))
	return found, err
}

// counters reads sold and reserved by launch.
func (a *audit) counters() (map[string][2]int64, error) {
	found := map[string][2]int64{}
	err := a.each("SELECT slug, sold, reserved FROM launches WHERE chain_id = ?", func(v []driver.Value) {
		found[text(v[0])] = [2]int64{v[1].(int64), v[2].(int64)}
	}, int64(a.chain))
	return found, err
}

// head is the newest block of the cursor.
func (a *audit) head() (number uint64, hash common.Hash, err error) {
	err = a.each("SELECT number, hash FROM blocks WHERE chain_id = ? ORDER BY number DESC LIMIT 1", func(v []driver.Value) {
		number, hash = uint64(v[0].(int64)), common.BytesToHash(v[1].([]byte))
	}, int64(a.chain))
	return number, hash, err
}

// line is a transaction that was concluded.
type line struct {
	id           int64
	sender       common.Address
	accountNonce uint64
	how          string      // final or dropped
	tx           common.Hash // that was mined
}

// concluded reads the transactions that nothing is expected of any more.
func (a *audit) concluded(do func(line)) error {
	return a.each("SELECT id, sender, account_nonce, concluded, coalesce(mined_tx, x'') FROM transactions WHERE chain_id = ? AND concluded != ''", func(v []driver.Value) {
		tx, _ := v[4].([]byte)
		do(line{v[0].(int64), common.Address(v[1].([]byte)), uint64(v[2].(int64)), text(v[3]), common.BytesToHash(tx)})
	}, int64(a.chain))
}

// stored says whether a signed transaction is on disk.
func (a *audit) stored(hash common.Hash) (found bool, err error) {
	err = a.each("SELECT 1 FROM attempts WHERE hash = ?", func([]driver.Value) { found = true }, hash[:])
	return found, err
}

// received says whether money that is no payment was seen to arrive by an id.
func (a *audit) received(id mint.PaymentID) (found bool, err error) {
	err = a.each("SELECT 1 FROM events WHERE payment_id = ? AND kind = 'received'", func([]driver.Value) { found = true }, id[:])
	return found, err
}

func text(v driver.Value) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v.(string)
}
