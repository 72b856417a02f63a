package people

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// MinterHead is the first line of a file of minters.
var MinterHead = []string{"rank", "address", "mints", "allotments", "tokens", "symbol", "paid", "money",
	"first_block", "first_receipt", "last_block", "last_receipt"}

// MinterPages returns the function that returns the rows of a file of minters, page by page,
// all of one moment, and the one that ends it.
func (p *Lists) MinterPages(ctx context.Context, l *mint.Launch) (page func() ([][]string, error), end func(), err error) {
	list, err := p.MinterList(ctx, l)
	if err != nil {
		return nil, nil, err
	}
	next := 0
	return func() (rows [][]string, err error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page := list.Rows[next:min(next+api.CSVPage, len(list.Rows))]
		payers := addresses(page)
		ends, err := p.Minted.Ends(ctx, l.Slug, payers)
		if err != nil {
			return nil, err
		}
		for i, m := range page {
			row := []string{strconv.Itoa(next + i + 1), m.Payer.Hex(), strconv.FormatInt(m.Mints, 10), strconv.FormatInt(m.Quantity, 10),
				amount.Tokens(l.Tokens(m.Quantity)), l.Symbol, l.Asset.Format(l.Total(m.Quantity)), l.Asset.Symbol, "", "", "", ""}
			if end, there := ends[m.Payer]; there { // false if a reorg removed its mints since
				row[8], row[9] = strconv.FormatUint(end.First.Block, 10), p.Presenter.PublicURL+"/r/"+end.First.ID.String()
				row[10], row[11] = strconv.FormatUint(end.Last.Block, 10), p.Presenter.PublicURL+"/r/"+end.Last.ID.String()
			}
			rows = append(rows, row)
		}
		next += len(page)
		return rows, nil
	}, func() {}, nil
}

// Percent returns a share in percent with one digit after the point: "12.3". It is
// rounded, but only the whole is "100". A share of zero is "0".
func Percent(part, whole int64) string {
	if whole <= 0 || part <= 0 {
		return "0"
	}
	permille := min(int64(math.Round(float64(part)/float64(whole)*1000)), 999)
	if part >= whole {
		permille = 1000
	}
	return strings.TrimSuffix(strconv.FormatFloat(float64(permille)/10, 'f', 1, 64), ".0")
}
