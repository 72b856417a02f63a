package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/mcp"
)

// checkedFields are the fields of a receipt that never change once it is minted. The others
// are not compared: they depend on the time (state, final), or do not concern money.
var checkedFields = []string{"launch", "payer", "quantity", "tokensBase", "token", "network", "transaction", "block"}

// check checks a receipt as a client has it. An order's fields are compared with the
// ledger, and its mint with the chain. Signed statements in it, or in place of it, are
// verified; they may be of another server.
func (p *proofRoutes) check(ctx context.Context, receipt json.RawMessage) (mcp.Verification, error) {
	v := mcp.Verification{Checks: []mcp.Check{}}
	var claimed map[string]json.RawMessage
	if json.Unmarshal(receipt, &claimed) != nil {
		return v, &api.ParamError{Field: "receipt", Expected: "a JSON object"}
	}
	signed, err := proof.Find(receipt)
	if _, isOrder := claimed["paymentId"]; isOrder || err != nil {
		if err := p.compareOrder(ctx, claimed, &v); err != nil {
			return v, err
		}
	}
	for _, statement := range signed[:min(len(signed), maxVerified)] {
		report, err := p.verifier().Verify(ctx, statement)
		if err != nil {
			return v, err
		}
		for _, c := range report.Checks {
			detail := c.Detail
			if c.Status == proof.Unchecked {
				detail = "not checked: " + detail
			}
			v.Checks = append(v.Checks, mcp.Check{Name: "signed " + c.Name, Passed: c.Status == proof.Passed, Detail: detail})
		}
	}
	v.Valid = !slices.ContainsFunc(v.Checks, func(c mcp.Check) bool { return !c.Passed })
	return v, nil
}

// compareOrder adds the checks of an order, and the order as it is now.
func (p *proofRoutes) compareOrder(ctx context.Context, claimed map[string]json.RawMessage, v *mcp.Verification) error {
	var text string
	_ = json.Unmarshal(claimed["paymentId"], &text) // anything but a string is no id
	id, err := mint.ParsePaymentID(text)
	if err != nil {
		return &api.ParamError{Field: "receipt.paymentId", Expected: "0x and 64 hex digits"}
	}
	order, err := p.reader.Order(ctx, id)
	if errors.Is(err, mint.ErrNotFound) {
		v.Checks = append(v.Checks, mcp.Check{Name: "paymentId", Detail: "this server has no order with this payment id"})
		return nil
	}
	if err != nil {
		return err
	}
	launch, err := p.reader.Launch(ctx, order.Launch)
	if err != nil {
		return err
	}
	now := p.presenter.Receipt(&launch, &order)
	v.Receipt = &now
	checks, err := compare(claimed, now)
	if err != nil {
		return err
	}
	v.Checks = append(append(v.Checks, checks...), p.checkMint(ctx, &launch, &order))
	return nil
}

// compare compares the fields of a receipt with those that it should have.
func compare(claimed map[string]json.RawMessage, now api.Receipt) (checks []mcp.Check, err error) {
	data, err := json.Marshal(now)
	if err != nil {
		return nil, fmt.Errorf("encode receipt: %w", err)
	}
	var should map[string]json.RawMessage
	if err := json.Unmarshal(data, &should); err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	for _, name := range checkedFields {
		if value, there := claimed[name]; there {
			checks = append(checks, compareField(name, value, should[name]))
		}
	}
	if value, there := claimed["paid"]; there {
		checks = append(checks, comparePaid(value, now.Paid))
	}
	return checks, nil
}

func compareField(name string, claimed, should json.RawMessage) mcp.Check {
	if should != nil && bytes.EqualFold(bytes.TrimSpace(claimed), should) { // hex digits have either case
		return mcp.Check{Name: name, Passed: true, Detail: "as in the ledger"}
	}
	if should == nil {
		return mcp.Check{Name: name, Detail: "the ledger has none"}
	}
	return mcp.Check{Name: name, Detail: "the ledger has " + strings.Trim(string(should), `"`)}
}

func comparePaid(claimed json.RawMessage, paid api.Paid) mcp.Check {
	var p api.Paid
	if json.Unmarshal(claimed, &p) == nil && p.Amount == paid.Amount && p.Asset == paid.Asset {
		return mcp.Check{Name: "paid", Passed: true, Detail: "as in the ledger"}
	}
	return mcp.Check{Name: "paid", Detail: "the ledger has " + paid.Amount + " base units of " + paid.Asset.Hex()}
}

// maxVerify is how long a check waits for a node.
const maxVerify = 5 * time.Second

// checkMint checks that the chain still has the block with the mint.
func (p *proofRoutes) checkMint(ctx context.Context, launch *mint.Launch, order *mint.Order) mcp.Check {
	c := mcp.Check{Name: "chain"}
	if !order.State().Sold() {
		c.Detail = "the payment is not minted: it is " + string(order.State())
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, maxVerify)
	defer cancel()
	block, err := p.presenter.Of(launch).Blocks.Block(ctx, order.Mint.Block)
	switch {
	case err != nil:
		c.Detail = "the chain cannot be read now; try again"
	case block.Hash != order.Mint.BlockHash:
		c.Detail = fmt.Sprintf("block %d was replaced; the chain is being read again", order.Mint.Block)
	case order.Final:
		c.Passed, c.Detail = true, fmt.Sprintf("minted in block %d, which is final", order.Mint.Block)
	default:
		c.Passed, c.Detail = true, fmt.Sprintf("minted in block %d, which is not final yet", order.Mint.Block)
	}
	return c
}
