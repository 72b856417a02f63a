package admin

import (
	"bytes"
	"context"
	"encoding/csv"
	"math/big"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// Revenue is what mints paid over time: of one launch, or of all of one chain that are paid in one
// asset.
type Revenue struct {
	Period  string       `json:"period"` // day or week, in UTC; weeks begin on Monday
	Launch  string       `json:"launch"` // slug; empty: all
	Money   string       `json:"money"`  // symbol of the asset
	Block   uint64       `json:"block"`  // newest block that was read
	Rows    []RevenueRow `json:"rows"`   // oldest first, without gaps
	Total   RevenueSum   `json:"total"`  // of the rows
	Earlier RevenueSum   `json:"earlier"`
	LeftOut []string     `json:"leftOut"` // launches that are paid in another asset, or are on another chain
}

// RevenueRow is one period.
type RevenueRow struct {
	Start time.Time `json:"start"`
	RevenueSum
	Launches []RevenuePart `json:"launches"` // those with a mint in it
}

// RevenueSum adds up mints.
type RevenueSum struct {
	Mints    int64     `json:"mints"`    // payments
	Quantity int64     `json:"quantity"` // allotments
	Paid     api.Price `json:"paid"`
}

// RevenuePart is the part of a launch.
type RevenuePart struct {
	Launch string `json:"launch"`
	Tokens string `json:"tokens"`
	RevenueSum
}

// sum adds up one launch's or several launches' mints.
type sum struct {
	mints, quantity int64
	paid            big.Int
}

func (s *sum) add(l *mint.Launch, mints, quantity int64) {
	s.mints, s.quantity = s.mints+mints, s.quantity+quantity
	s.paid.Add(&s.paid, l.Total(quantity))
}

func (s *sum) shape(l *mint.Launch) RevenueSum {
	return RevenueSum{s.mints, s.quantity, api.Price{Amount: s.paid.String(), Formatted: l.Asset.Format(&s.paid)}}
}

func (n numbers) revenue(c *fiber.Ctx, _ session) error {
	r, err := n.read(c)
	if err != nil {
		return err
	}
	return c.JSON(r)
}

// revenueFile answers with a line for each launch in each period, as CSV. It has at most 104
// periods.
func (n numbers) revenueFile(c *fiber.Ctx, _ session) error {
	r, err := n.read(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{r.Period + "_from", "launch", "mints", "allotments", "tokens", "paid", "money"}) // a buffer takes everything
	for _, row := range r.Rows {
		for _, p := range row.Launches {
			line := []string{row.Start.Format(time.DateOnly), p.Launch, strconv.FormatInt(p.Mints, 10), strconv.FormatInt(p.Quantity, 10), p.Tokens, p.Paid.Formatted, r.Money}
			for i := range line {
				line[i] = api.CSVCell(line[i])
			}
			_ = w.Write(line)
		}
	}
	w.Flush()
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="revenue-by-`+r.Period+"-"+n.d.Presenter.Now().UTC().Format("20060102-150405")+`.csv"`)
	return c.Send(b.Bytes())
}

// revenueTimeout is for finding the blocks at which periods begin. After it, those that were
// found are kept, and the next request finds the others.
const revenueTimeout = 20 * time.Second

// read reads ?by= and ?launch=, and adds up.
func (n numbers) read(c *fiber.Ctx) (*Revenue, error) {
	at := slices.IndexFunc(periods, func(p period) bool { return p.name == c.Query("by", "day") })
	if at < 0 {
		return nil, &api.ParamError{Field: "by", Expected: "day or week"}
	}
	launches, err := n.d.Presenter.Reader.Launches(c.UserContext())
	if err != nil {
		return nil, err
	}
	r := &Revenue{Period: periods[at].name, Launch: c.Query("launch"), Rows: []RevenueRow{}, LeftOut: []string{}}
	var some []mint.Launch
	for _, l := range launches {
		switch {
		case r.Launch != "" && r.Launch != l.Slug:
		case len(some) > 0 && (some[0].Asset.Address != l.Asset.Address || some[0].ChainID != l.ChainID):
			r.LeftOut = append(r.LeftOut, l.Slug)
		default:
			some = append(some, l)
		}
	}
	if len(some) == 0 {
		if r.Launch != "" {
			return nil, mint.ErrNotFound
		}
		r.Total.Paid, r.Earlier.Paid = api.Price{Amount: "0", Formatted: "0"}, api.Price{Amount: "0", Formatted: "0"}
		return r, nil
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), revenueTimeout)
	defer cancel()
	return r, n.fill(ctx, r, some, periods[at])
}

// fill adds up the mints of some launches, all paid in one asset.
func (n numbers) fill(ctx context.Context, r *Revenue, some []mint.Launch, by period) error {
	starts, blocks, err := n.starts(ctx, some, by)
	if err != nil {
		n.d.Presenter.Log.Warn("read when blocks were made", "err", err)
		return &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "unavailable", RetryAfter: api.RetryReserved,
			Message: "the nodes did not say in time when blocks were made; ask again, and it continues where it stopped"}}
	}
	r.Money, r.Block = some[0].Asset.Symbol, n.d.Presenter.Of(&some[0]).Engine.Health().Head.Number
	sums, parts, before := make([]sum, len(starts)), make([][]RevenuePart, len(starts)), sum{}
	for i := range some {
		l := &some[i]
		own := make([]sum, len(starts))
		_, err := n.d.Presenter.Reader.Tally(ctx, l.Slug, 0, 1<<62, func(m mint.BlockMints) error {
			// The last period that begins at this block or before.
			at := sort.Search(len(blocks), func(i int) bool { return blocks[i] > m.Block }) - 1
			if at < 0 {
				before.add(l, m.Mints, m.Sold)
				return nil
			}
			own[at].add(l, m.Mints, m.Sold)
			sums[at].add(l, m.Mints, m.Sold)
			return nil
		})
		if err != nil {
			return err
		}
		for at := range own {
			if own[at].mints > 0 {
				parts[at] = append(parts[at], RevenuePart{l.Slug, amount.Tokens(l.Tokens(own[at].quantity)), own[at].shape(l)})
			}
		}
	}
	var total sum
	for at, start := range starts {
		total.mints, total.quantity = total.mints+sums[at].mints, total.quantity+sums[at].quantity
		total.paid.Add(&total.paid, &sums[at].paid)
		r.Rows = append(r.Rows, RevenueRow{start, sums[at].shape(&some[0]), api.OrEmpty(parts[at])})
	}
	r.Total, r.Earlier = total.shape(&some[0]), before.shape(&some[0])
	return nil
}

// starts returns the beginnings of periods, oldest first, and the first block of each.
func (n numbers) starts(ctx context.Context, some []mint.Launch, by period) (starts []time.Time, blocks []uint64, err error) {
	p := n.d.Presenter
	oldest := some[0].DeployedAt
	for _, l := range some {
		oldest = min(oldest, l.DeployedAt)
	}
	on := p.Of(&some[0])
	h := on.Engine.Health()
	lo, err := on.Blocks.Block(ctx, oldest)
	if err != nil {
		return nil, nil, err
	}
	starts = by.starts(lo.Time, h.Head.Time)
	for _, t := range starts {
		if !lo.Time.Before(t) { // nothing was minted before
			blocks = append(blocks, lo.Number)
			continue
		}
		first, err := n.d.calendars[on.Network.ChainID].first(ctx, on.Blocks, t, lo, h.Head, h.Final.Number)
		if err != nil {
			return nil, nil, err
		}
		blocks = append(blocks, first)
	}
	return starts, blocks, nil
}
