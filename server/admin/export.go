package admin

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
)

var csvHead = []string{"payment_id", "launch", "state", "final", "payer", "quantity", "tokens", "symbol", "paid", "money",
	"transaction", "block", "settlement", "refund", "reason", "attention", "created", "updated", "network"}

// export answers with all pages of orders as one file. Each page is read when it
// is written.
func (d *Dashboard) export(c *fiber.Ctx, by session) error {
	who := d.host.Client(c)
	if !d.files.Take(who) {
		return api.ErrBusy
	}
	written := false // set if the goroutine that writes the file will call give
	defer func() {
		if !written {
			d.files.Give(who)
		}
	}()
	f, err := d.readSearch(c, by)
	if err != nil {
		return err
	}
	if f.query.Limit = api.MaxOrders; c.Query("after") != "" {
		return &api.ParamError{Field: "after", Expected: "nothing: a file has all of it"}
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	name := "orders-"
	if slug := c.Query("launch"); mint.ValidSlug(slug) {
		name += slug + "-"
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+d.Presenter.Now().UTC().Format("20060102-150405")+`.csv"`)
	if c.Method() == fiber.MethodHead {
		return nil
	}
	connection, life := c.Context().Conn(), d.host.Life()
	written = true
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer d.files.Give(who)
		// On an error the connection ends in the middle of the file, which browsers show as a
		// failed download.
		err := api.Recovered(func() error {
			return d.writeCSV(life, w, &f, func() error { return connection.SetWriteDeadline(time.Now().Add(pageTimeout)) })
		})
		if err != nil {
			d.Presenter.Log.Warn("write file of orders", "err", err)
			conn.Abort(connection)
		}
	})
	return nil
}

// pageTimeout is for sending one page of a file.
const pageTimeout = 15 * time.Second

// writeCSV writes the file one page at a time. It calls on after each page is encoded
// and before it is flushed, to extend the write deadline.
func (d *Dashboard) writeCSV(ctx context.Context, w *bufio.Writer, f *search, on func() error) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return err
	}
	for {
		rows, next, err := d.pageOf(ctx, f)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := out.Write(csvRow(&rows[i])); err != nil {
				return err
			}
		}
		if out.Flush(); out.Error() != nil {
			return out.Error()
		}
		if err := on(); err != nil {
			return err
		}
		if err := w.Flush(); err != nil || next == "" {
			return err
		}
		if f.query.After, err = mint.ParsePaymentID(next); err != nil {
			return err
		}
	}
}

// WriteReceipts writes orders as the dashboard's file has them. Which need a person is not in it.
func WriteReceipts(w io.Writer, orders []api.Receipt) error {
	out := csv.NewWriter(w)
	all := [][]string{csvHead}
	for _, r := range orders {
		all = append(all, csvRow(&OrderRow{Receipt: r}))
	}
	return out.WriteAll(all)
}

func csvRow(r *OrderRow) []string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	block, attention := "", ""
	if r.Block > 0 {
		block = strconv.FormatUint(r.Block, 10)
	}
	if r.Attention != nil {
		attention = r.Attention.Text
	}
	row := []string{r.PaymentID.String(), r.Launch, string(r.State), strconv.FormatBool(r.Final), r.Payer.Hex(),
		strconv.FormatInt(r.Quantity, 10), r.Tokens, r.Symbol, r.Paid.Formatted, r.Paid.Symbol,
		r.Transaction, block, r.Settlement, r.Refund, r.Reason, attention, at(r.CreatedAt), at(r.UpdatedAt), r.Network}
	for i := range row {
		row[i] = csvCell(row[i])
	}
	return row
}

// csvCell returns a cell that spreadsheets do not run as a formula.
func csvCell(s string) string { return api.CSVCell(s) }
