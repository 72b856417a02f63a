package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/mint402/mint402/mint"
)

// matches selects orders by the first digits of their id, their payer or the hash of
// one of their transactions. Our own transactions are found by the hashes of their
// signed versions. A stranger's is found only in the events, which takes a scan of
// all of them: about a second for a few million.
const matches = `seq IN (
	SELECT seq FROM orders WHERE id BETWEEN ? AND ?
	UNION SELECT seq FROM orders WHERE payer BETWEEN ? AND ?
	UNION SELECT o.seq FROM attempts a JOIN carried c ON c.transaction_id = a.transaction_id JOIN orders o ON o.id = c.order_id
		WHERE a.hash BETWEEN ? AND ?
	UNION SELECT o.seq FROM events e JOIN orders o ON o.id = e.payment_id WHERE e.tx BETWEEN ? AND ?)`

// begins returns the first and the last value of up to 32 bytes that begins with some
// hex digits. For other text it returns an empty range.
func begins(digits string) (from, to []byte) {
	const maxDigits = 64
	if len(digits) > maxDigits {
		return []byte{1}, []byte{0}
	}
	from, err := hex.DecodeString(digits + strings.Repeat("0", len(digits)%2))
	if err != nil {
		return []byte{1}, []byte{0}
	}
	to, err = hex.DecodeString(digits + strings.Repeat("f", maxDigits-len(digits)))
	if err != nil {
		return []byte{1}, []byte{0}
	}
	return from, to
}

// Unaccounted returns the events of a launch's money with a payment id that was neither
// minted nor refunded, in chain order. Its subquery is easier to read as SQL.
func (s *Store) Unaccounted(ctx context.Context, launch string) ([]mint.Event, error) {
	var rows []eventRow
	err := s.read.WithContext(ctx).Raw(`SELECT e.*, l.token FROM events e JOIN launches l ON l.slug = e.launch
		WHERE e.launch = ? AND e.kind IN ('settled', 'received') AND NOT EXISTS (SELECT 1 FROM events d
			WHERE d.payment_id = e.payment_id AND d.launch = e.launch AND d.kind IN ('minted', 'refunded'))
		ORDER BY e.block, e.log_index`, launch).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read unaccounted money of launch %s: %w", launch, err)
	}
	events := make([]mint.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, nil
}
