package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
)

// Events returns the events of the launches in blocks from..to (both included), in
// chain order. All of it is read from one node, on one branch, whichever that is.
//
// The launches' own events are taken as they are. Money that reached a launch is
// classified by the receipt. A Transfer is the payment of an authorization if the
// asset's AuthorizationUsed for the same payer stands immediately before it. It is the
// money of a mint if the launch's Minted in that transaction has the authorization's
// id.
//
// Weaker signs are not enough. Finding both logs anywhere in a transaction proves
// nothing; nor does a used payment nonce, since cancelling also uses it. A Minted with
// the same payer and amount right behind the Transfer proves nothing either: if the
// minter is a contract, it can emit one there for another payment. Only for batches
// that we sent ourselves is no receipt needed.
func (c *Client) Events(ctx context.Context, launches []mint.Launch, from, to uint64) ([]mint.Event, error) {
	events, err := c.scan.events(ctx, launches, mint.Block{Number: max(from, 1) - 1}, mint.Block{Number: to})
	if err != nil {
		return nil, fmt.Errorf("read events of blocks %d to %d: %w", from, to, err)
	}
	return events, nil
}

// events returns the events of the blocks above `after` up to `to`; see stretches.
func (s *scanner) events(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	if len(launches) == 0 {
		return nil, nil
	}
	w := newWatch(launches)
	events, err := stretches(ctx, s, after, to, w.filters, func(ctx context.Context, n *node, events []mint.Event, logs [][]types.Log) ([]mint.Event, error) {
		found, err := w.read(ctx, s, n, logs[0], logs[1])
		return append(events, found...), err
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// watch holds the launches and the log filters that find their events.
type watch struct {
	launches map[common.Address]mint.Launch // by token
	filters  []filter
}

func newWatch(launches []mint.Launch) *watch {
	w := &watch{launches: make(map[common.Address]mint.Launch)}
	var tokens, assets []common.Address
	var payees []common.Hash
	for _, l := range launches {
		w.launches[l.Token] = l
		tokens = append(tokens, l.Token)
		payees = append(payees, hexAddress(l.Token))
		if !slices.Contains(assets, l.Asset.Address) {
			assets = append(assets, l.Asset.Address)
		}
	}
	w.filters = []filter{
		{Address: tokens, Topics: [][]common.Hash{{mintedTopic, refundedTopic, withdrawn}}},
		{Address: assets, Topics: [][]common.Hash{{transferTopic}, nil, payees}},
	}
	return w
}

// logPosition identifies a log on one branch of the chain.
type logPosition struct {
	tx    common.Hash
	index uint
}

func positionOf(l *types.Log) logPosition { return logPosition{l.TxHash, l.Index} }

func mark(l *types.Log) mint.Mark {
	return mint.Mark{Block: l.BlockNumber, BlockHash: l.BlockHash, LogIndex: l.Index, Tx: l.TxHash}
}

// read returns the events in the launches' own logs, and in the logs of incoming
// transfers.
func (w *watch) read(ctx context.Context, s *scanner, n *node, own, came []types.Log) ([]mint.Event, error) {
	var events []mint.Event
	minted := make(map[logPosition]mint.Event)
	for i := range own {
		l := &own[i]
		e, err := w.own(l)
		if err != nil {
			return nil, fmt.Errorf("log %d of block %d: %w", l.Index, l.BlockNumber, err)
		}
		events = append(events, e)
		if e.Kind == mint.EventMinted {
			minted[positionOf(l)] = e
		}
	}

	// Incoming transfers that need a receipt, by transaction.
	unclear := make(map[common.Hash][]transfer)
	for i := range came {
		t, ok := w.incoming(&came[i])
		if !ok {
			continue
		}
		m, ok := minted[logPosition{t.log.TxHash, t.log.Index + 2}]
		if ok && s.sent.has(t.log.TxHash, t.launch.Token) &&
			m.Token == t.launch.Token && m.Payer == t.from && m.Amount.Cmp(t.value) == 0 {
			continue
		}
		unclear[t.log.TxHash] = append(unclear[t.log.TxHash], t)
	}
	received, err := w.classifyTransfers(ctx, s.pool.chainID(), n, unclear)
	if err != nil {
		return nil, err
	}
	events = append(events, received...)
	slices.SortFunc(events, func(a, b mint.Event) int {
		return cmp.Or(cmp.Compare(a.At.Block, b.At.Block), cmp.Compare(a.At.LogIndex, b.At.LogIndex))
	})
	return events, nil
}

// own decodes an event of a launch contract.
func (w *watch) own(l *types.Log) (mint.Event, error) {
	launch, ok := w.launches[l.Address]
	if !ok || len(l.Topics) == 0 {
		return mint.Event{}, fmt.Errorf("the log is not of a requested launch: %s", l.Address)
	}
	e := mint.Event{Token: l.Address, At: mark(l)}
	if len(l.Data) == 0 {
		return e, errors.New("the event has no data") // the decoder leaves them nil
	}
	switch l.Topics[0] {
	case mintedTopic:
		m, err := launchABI.UnpackMintedEvent(l)
		if err != nil {
			return e, fmt.Errorf("decode Minted: %w", err)
		}
		if e.Quantity, err = count(m.Quantity); err != nil {
			return e, fmt.Errorf("decode Minted: %w", err)
		}
		e.Kind, e.ID, e.Payer, e.Amount = mint.EventMinted, mint.PaymentID(m.Id), m.Payer, launch.Total(e.Quantity)
	case refundedTopic:
		r, err := launchABI.UnpackRefundedEvent(l)
		if err != nil {
			return e, fmt.Errorf("decode Refunded: %w", err)
		}
		e.Kind, e.ID, e.Payer, e.Amount = mint.EventRefunded, mint.PaymentID(r.Id), r.Payer, r.Amount
	case withdrawn:
		d, err := launchABI.UnpackWithdrawnEvent(l)
		if err != nil {
			return e, fmt.Errorf("decode Withdrawn: %w", err)
		}
		e.Kind, e.Payer, e.Amount = mint.EventWithdrawn, d.Treasury, d.Amount
	default:
		return e, fmt.Errorf("not a requested event: %s", l.Topics[0])
	}
	return e, nil
}

// transfer is a Transfer of the asset to a launch.
type transfer struct {
	launch mint.Launch
	from   common.Address
	value  *big.Int
	log    *types.Log
}

// incoming decodes a Transfer of a launch's asset to the launch. A Transfer of zero is
// ignored, since anyone can emit one in the name of any payer.
func (w *watch) incoming(l *types.Log) (transfer, bool) {
	if len(l.Topics) != 3 || l.Topics[0] != transferTopic || len(l.Data) != 32 {
		return transfer{}, false
	}
	from, isFrom := accountIn(l.Topics[1])
	to, isTo := accountIn(l.Topics[2])
	launch, ok := w.launches[to]
	if !isFrom || !isTo || !ok || launch.Asset.Address != l.Address {
		return transfer{}, false
	}
	t := transfer{launch: launch, from: from, value: new(big.Int).SetBytes(l.Data), log: l}
	return t, t.value.Sign() > 0 && t.from != launch.Token
}
