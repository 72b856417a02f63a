package chain

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// Events implements [mint.Chain].
//
// The launches' own events are taken as they are. Money that reached a launch is
// one of two things. If its Transfer is followed by the launch's own Transfer
// and Minted for that payer and amount, it is the money of that mint, which
// emits them so; nobody but a minter that is itself a contract could put them
// there otherwise. For any other, and all beside it in its transaction, the
// receipt decides. An authorization was paid if the asset's AuthorizationUsed
// stands immediately before the Transfer of the same payer; both somewhere in a
// transaction prove nothing, nor does a used payment nonce, which a cancelled
// one is, too.
func (c *Client) Events(ctx context.Context, launches []mint.Launch, from, to uint64) ([]mint.Event, error) {
	if len(launches) == 0 {
		return nil, nil
	}
	w := newWatch(launches)
	var events []mint.Event
	err := c.ranges(from, to, func(from, to uint64) error {
		found, err := w.read(ctx, c, from, to)
		if err == nil {
			events = append(events, found...)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read events of blocks %d to %d: %w", from, to, err)
	}
	return events, nil
}

// watch is what to look for.
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

// place is a log's place on a branch of the chain.
type place struct {
	tx    common.Hash
	index uint
}

func placeOf(l *types.Log) place { return place{l.TxHash, l.Index} }

func mark(l *types.Log) mint.Mark {
	return mint.Mark{Block: l.BlockNumber, BlockHash: l.BlockHash, LogIndex: l.Index, Tx: l.TxHash}
}

// read returns the events of a range that the node takes in one request.
func (w *watch) read(ctx context.Context, c *Client, from, to uint64) ([]mint.Event, error) {
	answers, err := c.logs(ctx, from, to, w.filters)
	if err != nil {
		return nil, err
	}
	var events []mint.Event
	minted := make(map[place]mint.Event)
	for i := range answers[0] {
		l := &answers[0][i]
		e, err := w.own(l)
		if err != nil {
			return nil, fmt.Errorf("log %d of block %d: %w", l.Index, l.BlockNumber, err)
		}
		events = append(events, e)
		if e.Kind == mint.EventMinted {
			minted[placeOf(l)] = e
		}
	}

	// What came in, by transaction, and the transactions whose receipts decide.
	incoming := make(map[common.Hash][]transfer)
	unclear := make(map[common.Hash][]transfer)
	for i := range answers[1] {
		t, ok := w.incoming(&answers[1][i])
		if !ok {
			continue
		}
		tx := t.log.TxHash
		incoming[tx] = append(incoming[tx], t)
		m, ok := minted[place{tx, t.log.Index + 2}]
		if !ok || m.Token != t.launch.Token || m.Payer != t.from || m.Amount.Cmp(t.value) != 0 {
			unclear[tx] = nil
		}
	}
	for tx := range unclear {
		unclear[tx] = incoming[tx]
	}
	received, err := w.judge(ctx, c, unclear)
	if err != nil {
		return nil, err
	}
	events = append(events, received...)
	slices.SortFunc(events, func(a, b mint.Event) int {
		if a.At.Block != b.At.Block {
			return compare(a.At.Block, b.At.Block)
		}
		return compare(a.At.LogIndex, b.At.LogIndex)
	})
	return events, nil
}

func compare[T uint | uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// own reads an event of a launch contract.
func (w *watch) own(l *types.Log) (mint.Event, error) {
	launch, ok := w.launches[l.Address]
	if !ok || len(l.Topics) == 0 {
		return mint.Event{}, fmt.Errorf("not of a launch asked for: %s", l.Address)
	}
	e := mint.Event{Token: l.Address, At: mark(l)}
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
		return e, fmt.Errorf("not an event asked for: %s", l.Topics[0])
	}
	return e, nil
}

// transfer is asset that reached a launch.
type transfer struct {
	launch mint.Launch
	from   common.Address
	value  *big.Int
	log    *types.Log
}

// incoming reads a Transfer of a launch's asset to the launch. Those of nothing
// do not count: anyone can emit them in anybody's name.
func (w *watch) incoming(l *types.Log) (transfer, bool) {
	if len(l.Topics) != 3 || l.Topics[0] != transferTopic || len(l.Data) != 32 {
		return transfer{}, false
	}
	launch, ok := w.launches[common.BytesToAddress(l.Topics[2][:])]
	if !ok || launch.Asset.Address != l.Address {
		return transfer{}, false
	}
	t := transfer{launch: launch, from: common.BytesToAddress(l.Topics[1][:]), value: new(big.Int).SetBytes(l.Data), log: l}
	return t, t.value.Sign() > 0 && t.from != launch.Token
}

// receipt is what we read of one.
type receipt struct {
	Hash      common.Hash     `json:"transactionHash"`
	BlockHash common.Hash     `json:"blockHash"`
	Block     *hexutil.Uint64 `json:"blockNumber"`
	Status    hexutil.Uint64  `json:"status"`
	GasUsed   hexutil.Uint64  `json:"gasUsed"`
	To        *common.Address `json:"to"`
	Logs      []types.Log     `json:"logs"`
}

// receipts asks for those of the hashes; absent ones are nil.
func (c *Client) receipts(ctx context.Context, hashes []common.Hash) ([]*receipt, error) {
	found := make([]*receipt, len(hashes))
	elems := make([]rpc.BatchElem, len(hashes))
	for i, h := range hashes {
		elems[i] = rpc.BatchElem{Method: "eth_getTransactionReceipt", Args: []any{h}, Result: &found[i]}
	}
	if err := c.all(ctx, elems); err != nil {
		return nil, fmt.Errorf("read receipts: %w", err)
	}
	for i, r := range found {
		if r != nil && (r.Block == nil || r.Hash != hashes[i]) {
			found[i] = nil // pending, as some nodes answer
		}
	}
	return found, nil
}

// judge says what each transfer was, from the receipts of their transactions.
func (w *watch) judge(ctx context.Context, c *Client, unclear map[common.Hash][]transfer) ([]mint.Event, error) {
	if len(unclear) == 0 {
		return nil, nil
	}
	hashes := make([]common.Hash, 0, len(unclear))
	for h := range unclear {
		hashes = append(hashes, h)
	}
	found, err := c.receipts(ctx, hashes)
	if err != nil {
		return nil, err
	}
	var events []mint.Event
	for i, h := range hashes {
		r := found[i]
		for _, t := range unclear[h] {
			if r == nil || r.BlockHash != t.log.BlockHash {
				return nil, fmt.Errorf("transaction %s moved while it was read", h)
			}
			e, ok, err := r.judge(c.chainID, t)
			if err != nil {
				return nil, err
			}
			if ok {
				events = append(events, e)
			}
		}
	}
	return events, nil
}

// judge says what one transfer of the receipt was; not ok is the money of an
// atomic mint in the same transaction. A log pays once: each Transfer has one
// place, and each AuthorizationUsed at most one Transfer right behind it.
func (r *receipt) judge(chainID uint64, t transfer) (e mint.Event, ok bool, err error) {
	at := slices.IndexFunc(r.Logs, func(l types.Log) bool { return l.Index == t.log.Index })
	if at < 0 {
		return e, false, fmt.Errorf("receipt of %s lacks log %d", r.Hash, t.log.Index)
	}
	e = mint.Event{Kind: mint.EventReceived, Token: t.launch.Token, Payer: t.from, Amount: t.value, At: mark(t.log)}
	nonce, authorized := r.authorization(at, t)
	if !authorized {
		e.ID = plainID(t.log)
		return e, true, nil
	}
	e.Nonce = nonce
	e.ID = mint.NewPaymentID(chainID, t.launch.Asset.Address, t.from, nonce)
	if r.mints(t.launch.Token, e.ID) {
		return e, false, nil
	}
	if e.Quantity = t.launch.Quantity(t.value); e.Quantity > 0 {
		e.Kind = mint.EventSettled
	}
	return e, true, nil
}

// authorization returns the payment nonce of the AuthorizationUsed right before
// the Transfer at a position of the receipt.
func (r *receipt) authorization(at int, t transfer) (nonce common.Hash, ok bool) {
	if at == 0 {
		return nonce, false
	}
	used := &r.Logs[at-1]
	if used.Index+1 != t.log.Index || used.Address != t.launch.Asset.Address || len(used.Topics) != 3 ||
		used.Topics[0] != usedTopic || used.Topics[1] != hexAddress(t.from) {
		return nonce, false
	}
	return used.Topics[2], true
}

// mints says whether the launch emitted Minted for the id in this transaction.
func (r *receipt) mints(token common.Address, id mint.PaymentID) bool {
	return slices.ContainsFunc(r.Logs, func(l types.Log) bool {
		return l.Address == token && len(l.Topics) == 3 && l.Topics[0] == mintedTopic && l.Topics[1] == id.Hash()
	})
}

// plainID is the id of money that came without an authorization.
func plainID(l *types.Log) mint.PaymentID {
	var index [32]byte
	binary.BigEndian.PutUint64(index[24:], uint64(l.Index))
	return mint.PaymentID(crypto.Keccak256Hash(l.TxHash[:], index[:]))
}
