package costless

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// kept is a node with a genesis block, without a node of the deployment.
func kept(t *testing.T) (*Node, *ethclient.Client) {
	t.Helper()
	c := &Node{books: newBooks(Launch{ChainID: 84532, Token: common.Address{1}, Asset: common.Address{2}, Price: big.NewInt(100)})}
	c.blocks = []*entry{{hash: common.Hash{1}}}
	if err := c.listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.server.Shutdown() })
	client, err := ethclient.Dial(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return c, client
}

// batch signs a batch of payments with these numbers.
func (c *Node) batch(t *testing.T, key *ecdsa.PrivateKey, nonce uint64, fee int64, payers ...byte) *types.Transaction {
	t.Helper()
	var payments []bindings.Payment
	for _, p := range payers {
		payments = append(payments, bindings.Payment{Payer: common.Address{p}, Quantity: big.NewInt(int64(p)), ValidAfter: new(big.Int),
			ValidBefore: big.NewInt(1 << 40), Nonce: [32]byte{p}, Signature: make([]byte, 65)})
	}
	tx, err := types.SignNewTx(key, c.signer, &types.DynamicFeeTx{ChainID: big.NewInt(84532), Nonce: nonce, GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(fee), Gas: 1e7,
		To: &c.token, Data: launchABI.PackMintBatch(payments, big.NewInt(1), new(big.Int))})
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func TestACostlessNodeKeepsExactBooks(t *testing.T) {
	c, client := kept(t)
	ctx := context.Background()
	key, _ := crypto.ToECDSA(common.BigToHash(big.NewInt(7)).Bytes())
	from := crypto.PubkeyToAddress(key.PublicKey)
	first, second := c.batch(t, key, 0, 10, 3, 4), c.batch(t, key, 1, 10, 5)
	for _, tx := range []*types.Transaction{second, first} { // out of order
		if err := client.SendTransaction(ctx, tx); err != nil {
			t.Fatal(err)
		}
	}
	c.mine(time.Unix(1000, 0))
	c.mine(time.Unix(1002, 0))

	if n, err := client.NonceAt(ctx, from, big.NewInt(1)); err != nil || n != 2 {
		t.Errorf("the account nonce is %d, %v", n, err)
	}
	if n, err := client.NonceAt(ctx, from, big.NewInt(0)); err != nil || n != 0 {
		t.Errorf("the account nonce before was %d, %v", n, err)
	}
	r, err := client.TransactionReceipt(ctx, first.Hash())
	if err != nil || r.Status != 1 || len(r.Logs) != 2*logsOfMint || r.BlockNumber.Uint64() != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	logs, err := client.FilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{c.token}, Topics: [][]common.Hash{{mintedTopic}}, FromBlock: big.NewInt(0)})
	if err != nil || len(logs) != 3 {
		t.Fatalf("%d mints, %v", len(logs), err)
	}
	for i, l := range logs {
		payer := common.Address{byte(3 + i)}
		id := mint.NewPaymentID(84532, c.asset, payer, common.Hash{byte(3 + i)}).Hash()
		if l.Topics[1] != id || common.BytesToAddress(l.Topics[2][:]) != payer || new(big.Int).SetBytes(l.Data).Int64() != int64(3+i) || l.Index != uint(logsOfMint*i+3) {
			t.Errorf("mint %d is %+v", i, l)
		}
	}
	input := launchABI.PackInspect([]common.Address{{3}, {9}}, [][32]byte{{3}, {9}})
	for number, used := range map[int64]bool{0: false, 1: true} {
		out, err := client.CallContract(ctx, ethereum.CallMsg{To: &c.token, Data: input}, big.NewInt(number))
		if err != nil {
			t.Fatal(err)
		}
		payers, err := launchABI.UnpackInspect(out)
		if err != nil || len(payers) != 2 || payers[0].Used != used || payers[1].Used || payers[0].Balance.Sign() <= 0 || (payers[0].Chain != [32]byte{}) != used {
			t.Errorf("at block %d: %+v, %v", number, payers, err)
		}
	}
	if c.blocks[1].sold != 12 || c.blocks[2].parent != c.blocks[1].hash || len(c.blocks[2].sent) != 0 {
		t.Errorf("sold %d", c.blocks[1].sold)
	}
}

func TestACostlessNodeRefusesWhatARealOneRefuses(t *testing.T) {
	c, client := kept(t)
	ctx := context.Background()
	key, _ := crypto.ToECDSA(common.BigToHash(big.NewInt(7)).Bytes())
	send := func(tx *types.Transaction, want string) {
		t.Helper()
		got := ""
		if err := client.SendTransaction(ctx, tx); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	replaced, last := c.batch(t, key, 0, 10, 3), c.batch(t, key, 0, 20, 3)
	send(replaced, "")
	send(replaced, errKnown.Error())
	send(c.batch(t, key, 0, 10, 4), errSmaller.Error())
	send(last, "")
	send(replaced, errSmaller.Error()) // it is no longer known
	c.mine(time.Unix(1000, 0))
	send(c.batch(t, key, 0, 30, 5), errLow.Error())
	if _, err := client.TransactionReceipt(ctx, replaced.Hash()); err == nil {
		t.Error("a replaced transaction has a receipt")
	}
	again := c.batch(t, key, 1, 10, 3, 6) // 3 is used: the whole batch has no effect
	out, err := client.CallContract(ctx, ethereum.CallMsg{To: &c.token, Data: again.Data()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if results, err := launchABI.UnpackMintBatch(out); err != nil || len(results) != 2 || results[0] == [4]byte{} || results[1] != [4]byte{} {
		t.Errorf("simulated: %v, %v", results, err)
	}
	send(again, "")
	c.mine(time.Unix(1002, 0))
	if r, err := client.TransactionReceipt(ctx, again.Hash()); err != nil || r.Status != 0 || len(r.Logs) != 0 || c.head().sold != 3 {
		t.Errorf("%+v, %v, sold %d", r, err, c.head().sold)
	}
}

func TestACostlessNodeAnswersABatchInItsOrder(t *testing.T) {
	c, client := kept(t)
	c.mine(time.Unix(1000, 0))
	var number, chain hexutil.Uint64
	var block struct{ Number, Timestamp hexutil.Uint64 }
	for _, ask := range []struct {
		result any
		method string
		args   []any
	}{{&number, "eth_blockNumber", nil}, {&chain, "eth_chainId", nil}, {&block, "eth_getBlockByNumber", []any{"latest", false}}} {
		if err := client.Client().CallContext(context.Background(), ask.result, ask.method, ask.args...); err != nil {
			t.Fatal(err)
		}
	}
	if number != 1 || chain != 84532 || block.Number != 1 || block.Timestamp != 1000 {
		t.Errorf("block %d of chain %d, %+v", number, chain, block)
	}
	out := []byte{'['}
	for i := range 3 {
		if i > 0 {
			out = append(out, ',')
		}
		out = c.reply(out, question{ID: json.RawMessage{byte('1' + i)}, Method: []string{"eth_blockNumber", "eth_getTransactionByHash", "eth_chainId"}[i]})
	}
	var answers []struct {
		ID     int
		Result *string
		Error  *struct{ Message string }
	}
	if err := json.Unmarshal(append(out, ']'), &answers); err != nil || len(answers) != 3 {
		t.Fatalf("%v: %s", err, out)
	}
	if answers[0].Result == nil || answers[1].Error == nil || answers[1].Result != nil || answers[2].ID != 3 {
		t.Errorf("%s", out)
	}
}
