package admin

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// ordersPage is one page of search results.
type ordersPage struct {
	Orders []OrderRow `json:"orders"`
	Next   string     `json:"next"`  // after= of the next page; empty on the last page
	Total  int        `json:"total"` // on all pages
}

// search is a query of the dashboard.
type search struct {
	query    mint.Query
	launches map[string]mint.Launch
	order    []string // slugs of the launches
	// all is true if listed has all results: rows that need a person, or received money.
	// There are few of them, and they are not only orders.
	all    bool
	listed []OrderRow
}

// readSearch reads the query of a request. It returns a *paramError if a field is
// invalid. A creator's query is always about one launch of its own.
func (d *Dashboard) readSearch(c *fiber.Ctx, who session) (search, error) {
	f := search{launches: map[string]mint.Launch{}}
	launches, err := d.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return f, err
	}
	for _, l := range launches {
		if who.owns(&l) {
			f.launches[l.Slug] = l
			f.order = append(f.order, l.Slug)
		}
	}
	if f.query.Limit, err = api.OrdersLimit(c); err != nil {
		return f, err
	}
	if v := c.Query("launch"); v != "" {
		if _, known := f.launches[v]; !known {
			return f, mint.ErrNotFound
		}
		f.query.Launch, f.order = v, []string{v}
	}
	if v := c.Query("q"); v != "" {
		digits := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "0x")
		if digits == "" || len(digits) > 64 || strings.Trim(digits, "0123456789abcdef") != "" {
			return f, &api.ParamError{Field: "q", Expected: "the beginning of a payment id, a transaction or a payer: 0x and up to 64 hex digits"}
		}
		f.query.Match = digits
	}
	if v := c.Query("after"); v != "" {
		if f.query.After, err = mint.ParsePaymentID(v); err != nil {
			return f, &api.ParamError{Field: "after", Expected: "0x and 64 hex digits"}
		}
	}
	state := mint.State(c.Query("state"))
	switch {
	case state == received:
		f.all = true
	case state != "" && !slices.Contains(mint.States, state):
		return f, &api.ParamError{Field: "state", Expected: "one of claimed, parked, minting, mined, minted, settled, voided, refunded, received"}
	case state != "":
		f.query.States = []mint.State{state}
	}
	switch v := c.Query("attention"); {
	case v == "1":
		return f, d.list(c.UserContext(), &f, state, d.attentionRows)
	case v != "" && v != "0":
		return f, &api.ParamError{Field: "attention", Expected: "1"}
	case f.all:
		return f, d.list(c.UserContext(), &f, state, d.receivedRows)
	}
	if who.operator {
		return f, nil
	}
	return f, f.narrow()
}

// narrow makes a creator's query one of a launch of its own. Without a launch, it would find the
// orders of all.
func (f *search) narrow() error {
	switch {
	case f.query.Launch != "":
	case len(f.order) == 0:
		f.all = true // and the list is empty
	case len(f.order) == 1:
		f.query.Launch = f.order[0]
	default:
		return &api.ParamError{Field: "launch", Expected: "the slug of a launch of yours"}
	}
	return nil
}

// list collects all rows of a state, or of any state if it is empty, that match the
// query.
func (d *Dashboard) list(ctx context.Context, f *search, state mint.State, rows func(context.Context, mint.Launch) ([]OrderRow, error)) error {
	f.all = true
	begins := func(s string) bool { return strings.HasPrefix(strings.ToLower(s), "0x"+f.query.Match) }
	for _, slug := range f.order {
		of, err := rows(ctx, f.launches[slug])
		if err != nil {
			return err
		}
		for _, r := range of {
			if state != "" && r.State != state {
				continue
			}
			if begins(r.PaymentID.String()) || begins(r.Payer.Hex()) || begins(r.Transaction) || begins(r.Settlement) {
				f.listed = append(f.listed, r)
			}
		}
	}
	return nil
}

// pageOf reads the rows after f.query.After, up to the limit. It also returns the After
// of the next page, or "" at the end.
func (d *Dashboard) pageOf(ctx context.Context, f *search) (rows []OrderRow, next string, err error) {
	if f.all {
		rows = f.listed
		if f.query.After != (mint.PaymentID{}) {
			i := slices.IndexFunc(rows, func(r OrderRow) bool { return r.PaymentID == f.query.After })
			if i < 0 {
				return nil, "", nil
			}
			rows = rows[i+1:]
		}
		if len(rows) > f.query.Limit {
			rows = rows[:f.query.Limit]
			next = rows[len(rows)-1].PaymentID.String()
		}
		d.addTimes(ctx, rows)
		return rows, next, nil
	}
	q := f.query
	q.Limit++ // one more, to know if there is a next page
	orders, err := d.Presenter.Reader.Orders(ctx, q)
	if err != nil {
		return nil, "", err
	}
	if len(orders) > f.query.Limit {
		orders = orders[:f.query.Limit]
		next = orders[len(orders)-1].ID.String()
	}
	for i := range orders {
		l, known := f.launches[orders[i].Launch]
		if !known { // registered after the search began
			if l, err = d.Presenter.Reader.Launch(ctx, orders[i].Launch); err != nil {
				return nil, "", err
			}
		}
		rows = append(rows, d.row(&l, &orders[i]))
	}
	return rows, next, nil
}

// maxTimesWait is how long a list waits for block times.
const maxTimesWait = 5 * time.Second

// addTimes fills in block times for rows without an order. Rows with a block time that the
// chain does not return in time keep zero.
func (d *Dashboard) addTimes(ctx context.Context, rows []OrderRow) {
	ctx, cancel := context.WithTimeout(ctx, maxTimesWait)
	defer cancel()
	blocks := map[uint64][]mint.Block{}
	for i := range rows {
		if rows[i].seen.Seen() {
			blocks[rows[i].chainID] = append(blocks[rows[i].chainID], api.BlockAt(rows[i].seen))
		}
	}
	d.Presenter.FetchTimes(ctx, blocks)
	for i := range rows {
		if at, ok := d.Presenter.BlockTime(rows[i].seen.BlockHash); ok && rows[i].seen.Seen() {
			rows[i].CreatedAt, rows[i].UpdatedAt = at.UTC(), at.UTC()
		}
	}
}

// orders lists the orders that match, newest first.
func (d *Dashboard) orders(c *fiber.Ctx, who session) error {
	f, err := d.readSearch(c, who)
	if err != nil {
		return err
	}
	answer := ordersPage{Total: len(f.listed)}
	if !f.all {
		if answer.Total, err = d.Presenter.Reader.Count(c.UserContext(), f.query); err != nil {
			return err
		}
	}
	rows, next, err := d.pageOf(c.UserContext(), &f)
	if err != nil {
		return err
	}
	// Who says "I paid and have nothing" may have paid without an order.
	if !f.all && f.query.Match != "" && len(f.query.States) == 0 {
		if err := d.list(c.UserContext(), &f, received, d.receivedRows); err != nil {
			return err
		}
		answer.Total += len(f.listed)
		if f.query.After == (mint.PaymentID{}) {
			money := f.listed[:min(len(f.listed), f.query.Limit)]
			d.addTimes(c.UserContext(), money)
			rows = append(money, rows...)
		}
	}
	answer.Orders, answer.Next = api.OrEmpty(rows), next
	return c.JSON(answer)
}
