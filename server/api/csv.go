package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

// CSVCell returns a cell that spreadsheets do not run as a formula. Strangers choose some
// of the text, such as symbols and the errors of wallets.
func CSVCell(s string) string {
	s = cellSeparators.Replace(s)
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// cellSeparators replaces the characters that could start a new cell. In many countries
// spreadsheets split at semicolons, and then quotes are no longer special.
var cellSeparators = strings.NewReplacer(";", ",", "\t", " ", "\r", " ", "\n", " ")

// CSVPage is how many rows of a file are read and sent at once.
const CSVPage = 500

// WriteCSV writes a head and pages of rows. page returns the next page, and an empty one at
// the end. sending is called before each page is sent, to extend the write deadline.
func WriteCSV(w *bufio.Writer, head []string, page func() ([][]string, error), sending func() error) error {
	out := csv.NewWriter(w)
	if err := out.Write(head); err != nil {
		return err
	}
	for {
		rows, err := page()
		if err != nil {
			return err
		}
		for _, row := range rows {
			for i := range row {
				row[i] = CSVCell(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
		if err := sending(); err != nil {
			return err
		}
		if err := w.Flush(); err != nil || len(rows) == 0 {
			return err
		}
	}
}

// MinterHead is the first line of a file of minters.
var MinterHead = []string{"rank", "address", "mints", "allotments", "tokens", "symbol", "paid", "money",
	"first_block", "first_receipt", "last_block", "last_receipt"}

// MinterPages returns the function that returns the rows of a file of minters, page by page,
// all of one moment, and the one that ends it.
func (p *Presenter) MinterPages(ctx context.Context, l *mint.Launch) (page func() ([][]string, error), end func(), err error) {
	list, err := p.MinterList(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	next := 0
	return func() (rows [][]string, err error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page := list.Rows[next:min(next+CSVPage, len(list.Rows))]
		payers := addresses(page)
		ends, err := p.Crowd.Ends(ctx, l.Slug, payers)
		if err != nil {
			return nil, err
		}
		for i, m := range page {
			row := []string{strconv.Itoa(next + i + 1), m.Payer.Hex(), strconv.FormatInt(m.Mints, 10), strconv.FormatInt(m.Quantity, 10),
				amount.Tokens(l.Tokens(m.Quantity)), l.Symbol, l.Asset.Format(l.Total(m.Quantity)), l.Asset.Symbol, "", "", "", ""}
			if end, there := ends[m.Payer]; there { // false if a reorg removed its mints since
				row[8], row[9] = strconv.FormatUint(end.First.Block, 10), p.PublicURL+"/r/"+end.First.ID.String()
				row[10], row[11] = strconv.FormatUint(end.Last.Block, 10), p.PublicURL+"/r/"+end.Last.ID.String()
			}
			rows = append(rows, row)
		}
		next += len(page)
		return rows, nil
	}, func() {}, nil
}

// Percent returns a share in percent with one digit after the point, rounded down: "12.3". A
// share of zero is "0".
func Percent(part, whole int64) string {
	if whole <= 0 || part <= 0 {
		return "0"
	}
	permille := int64(float64(part) / float64(whole) * 1000)
	if part == whole {
		permille = 1000
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(permille)/10, 'f', 1, 64), ".0")
}
