package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// snapshot is a state that anvil dumped, as far as a test changes it.
type snapshot struct {
	fields map[string]json.RawMessage
	blocks []json.RawMessage
	newest *types.Header
}

// snapshot stops the chain and has it dump its state.
func (a *anvil) snapshot() *snapshot {
	a.t.Helper()
	a.stop()
	var dumped hexutil.Bytes
	a.call(&dumped, "anvil_dumpState")
	s := &snapshot{}
	r, err := gzip.NewReader(bytes.NewReader(dumped))
	if err == nil {
		dumped, err = io.ReadAll(r)
	}
	if err == nil {
		err = json.Unmarshal(dumped, &s.fields)
	}
	if err == nil {
		err = json.Unmarshal(s.fields["blocks"], &s.blocks)
	}
	if err == nil {
		s.newest, err = a.HeaderByNumber(context.Background(), nil)
	}
	if err != nil {
		a.t.Fatalf("read the state of anvil: %v", err)
	}
	return s
}

// age writes the snapshot with so many empty blocks after its newest one, and
// returns the newest of them.
func (s *snapshot) age(path string, n int) (*types.Header, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	w.WriteString(`{"blocks":[`)
	for i, b := range s.blocks {
		if i > 0 {
			w.WriteByte(',')
		}
		w.Write(b)
	}
	newest := types.CopyHeader(s.newest)
	newest.TxHash, newest.ReceiptHash, newest.Bloom, newest.GasUsed = types.EmptyTxsHash, types.EmptyReceiptsHash, types.Bloom{}, 0
	newest.ParentHash = s.newest.Hash()
	newest.Number.Add(newest.Number, common.Big1)
	text, err := json.Marshal(newest)
	if err != nil {
		return nil, err
	}
	// Only these differ from block to block.
	text = regexp.MustCompile(`,"hash":"0x\w+"`).ReplaceAll(text, nil)
	text = regexp.MustCompile(`"parentHash":"0x\w+"`).ReplaceAll(text, []byte(`"parentHash":"%[1]s"`))
	text = regexp.MustCompile(`"number":"0x\w+"`).ReplaceAll(text, []byte(`"number":"0x%[2]x"`))
	for i := range n {
		if i > 0 {
			newest.ParentHash = newest.Hash()
			newest.Number.Add(newest.Number, common.Big1)
		}
		w.WriteString(`,{"header":`)
		fmt.Fprintf(w, string(text), newest.ParentHash.Hex(), newest.Number)
		w.WriteString(`,"transactions":[],"ommers":[],"withdrawals":null}`)
	}
	w.WriteByte(']')
	var block map[string]json.RawMessage
	if err := json.Unmarshal(s.fields["block"], &block); err != nil {
		return nil, err
	}
	block["number"] = quantity(newest.Number.Uint64())
	if s.fields["block"], err = json.Marshal(block); err != nil {
		return nil, err
	}
	if s.fields["best_block_number"], err = json.Marshal(newest.Number); err != nil {
		return nil, err
	}
	delete(s.fields, "blocks")
	for name, value := range s.fields {
		w.WriteString(`,"` + name + `":`)
		w.Write(value)
	}
	w.WriteByte('}')
	return newest, w.Flush()
}

// aged stops the chain and returns one that has all of it and so many empty blocks
// more. anvil needs milliseconds to mine a block, and the more blocks the longer;
// it loads them in no time.
func (u *usdc) aged(t *testing.T, n int) *usdc {
	t.Helper()
	s := u.snapshot()
	path := filepath.Join(t.TempDir(), "state.json")
	newest, err := s.age(path, n)
	if err != nil {
		t.Fatal(err)
	}
	old := &usdc{anvil: startAnvilWith(t, u.interval, 1, "--load-state", path), abi: u.abi}
	for _, want := range []*types.Header{s.newest, newest} {
		if got, err := old.HeaderByNumber(context.Background(), want.Number); err != nil || got.Hash() != want.Hash() {
			t.Fatalf("block %d of the aged chain is not %s: %v", want.Number, want.Hash(), err)
		}
	}
	return old
}

func TestAnAgedChainIsWhatMiningWouldHaveMade(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	account := addresses(newPayers(t, 1))[0]
	u.give(price, account)
	ctx := context.Background()
	const age = 300
	old := u.aged(t, age)
	from, err := u.BlockNumber(ctx)
	if err != nil {
		t.Fatal(err)
	}
	u.mineMany(age)
	mined, err := u.HeaderByNumber(ctx, new(big.Int).SetUint64(from+age))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := old.HeaderByNumber(ctx, mined.Number)
	if err != nil || loaded.TxHash != mined.TxHash || loaded.ReceiptHash != mined.ReceiptHash || loaded.Bloom != mined.Bloom || loaded.GasUsed != 0 {
		t.Errorf("block %d is %+v where it was loaded, %+v where it was mined: %v", mined.Number, loaded, mined, err)
	}
	// Each block names the one before it.
	for number := from + age; number > from; number -= age / 30 {
		b, err := old.HeaderByNumber(ctx, new(big.Int).SetUint64(number))
		if err != nil {
			t.Fatal(err)
		}
		if before, err := old.HeaderByNumber(ctx, new(big.Int).SetUint64(number-1)); err != nil || before.Hash() != b.ParentHash {
			t.Errorf("block %d names another parent than block %d: %v", number, number-1, err)
		}
	}
	// Its past and its state are the same, and it goes on.
	logs := func(u *usdc) int {
		all, err := u.FilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{usdcAddress}, FromBlock: new(big.Int)})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if loaded, mined := logs(old), logs(u); loaded == 0 || loaded != mined {
		t.Errorf("USDC has %d logs where the chain was loaded, %d where it was mined", loaded, mined)
	}
	old.give(price, account)
	if got := (&ledger{Client: old.Client}).usdc(t, account); got != 2*price {
		t.Errorf("%s has %d, was given %d before and after", account, got, price)
	}
}
