package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// receiptOf is an order of the database in the form that the server gives it,
// without what only a server knows.
func receiptOf(l mint.Launch, o mint.Order) server.Receipt {
	value := o.Value
	if value == nil {
		value = l.Total(o.Quantity)
	}
	state := o.State()
	r := server.Receipt{
		PaymentID: o.ID, Launch: o.Launch, State: state, Final: state.Final() || state == mint.Refunded && o.Final,
		Payer: o.Payer, Quantity: o.Quantity, Tokens: whole(l.Tokens(o.Quantity)), TokensBase: l.Tokens(o.Quantity).String(),
		Symbol: l.Symbol, Token: l.Token,
		Paid:    server.Paid{Amount: value.String(), Formatted: l.Asset.Format(value), Symbol: l.Asset.Symbol, Asset: l.Asset.Address},
		Network: x402.CAIP2(l.ChainID), Block: o.Mint.Block, Reason: o.Reason(),
		CreatedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(),
	}
	for _, fact := range []struct {
		mark mint.Mark
		text *string
	}{{o.Settlement, &r.Settlement}, {o.Mint, &r.Transaction}, {o.Refund, &r.Refund}} {
		if fact.mark.Seen() {
			*fact.text = fact.mark.Tx.Hex()
		}
	}
	if r.Settlement == r.Transaction {
		r.Settlement = ""
	}
	if n, ok := x402.NetworkByChainID(l.ChainID); ok && n.Explorer != "" && r.Transaction != "" {
		r.Explorer = n.Explorer + "/tx/" + r.Transaction
	}
	return r
}

// launchesBySlug reads what orders refer to.
func launchesBySlug(ctx context.Context, s *store.Store) (map[string]mint.Launch, error) {
	launches, err := s.Launches(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[string]mint.Launch, len(launches))
	for _, l := range launches {
		by[l.Slug] = l
	}
	return by, nil
}

// fetchJSON reads a server's answer; any status but 2xx is an error that says
// what the server said.
func fetchJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("read %s: %w", url, err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("read %s: %s", url, describe(res.StatusCode, body))
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read %s: not what a mint402 server answers: %w", url, err)
	}
	return nil
}
