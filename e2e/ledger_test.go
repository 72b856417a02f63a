package e2e

import (
	"context"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// Every launch of these tests has the same price and allotment.
const price = 100_000 // 0.10 USDC, the most that x402-fetch pays

var allotment = new(big.Int).Mul(big.NewInt(5000), big.NewInt(1e18))

// ledger is what the chain itself says of a launch.
type ledger struct {
	*ethclient.Client
	token common.Address
}

var (
	mintedTopic    = crypto.Keccak256Hash([]byte("Minted(bytes32,address,uint256)"))
	balanceOfInput = crypto.Keccak256([]byte("balanceOf(address)"))[:4]
)

// minted is one Minted event.
type minted struct {
	payer    common.Address
	quantity int64
	tx       common.Hash
}

func mintedOf(log types.Log) minted {
	return minted{common.BytesToAddress(log.Topics[2][:]), new(big.Int).SetBytes(log.Data).Int64(), log.TxHash}
}

// minted is every Minted event of the launch, by payment id.
func (l *ledger) minted(t *testing.T) map[common.Hash][]minted {
	t.Helper()
	logs, err := l.FilterLogs(context.Background(), ethereum.FilterQuery{
		Addresses: []common.Address{l.token}, Topics: [][]common.Hash{{mintedTopic}}, FromBlock: new(big.Int),
	})
	if err != nil {
		t.Fatalf("read Minted events: %v", err)
	}
	events := map[common.Hash][]minted{}
	for _, log := range logs {
		events[log.Topics[1]] = append(events[log.Topics[1]], mintedOf(log))
	}
	return events
}

func (l *ledger) balance(t *testing.T, of, account common.Address) *big.Int {
	t.Helper()
	out, err := l.CallContract(context.Background(), ethereum.CallMsg{To: &of,
		Data: append(balanceOfInput[:4:4], common.LeftPadBytes(account[:], 32)...)}, nil)
	if err != nil || len(out) != 32 {
		t.Fatalf("read balance of %s at %s: %v", account, of, err)
	}
	return new(big.Int).SetBytes(out)
}

func (l *ledger) usdc(t *testing.T, account common.Address) int64 {
	t.Helper()
	return l.balance(t, usdcAddress, account).Int64()
}

// allotments is what an account holds of the token, which is always whole
// allotments here.
func (l *ledger) allotments(t *testing.T, account common.Address) int64 {
	t.Helper()
	n, rest := new(big.Int).QuoRem(l.balance(t, l.token, account), allotment, new(big.Int))
	if rest.Sign() != 0 {
		t.Errorf("%s holds a part of an allotment: %s base units", account, rest)
	}
	return n.Int64()
}

// audit holds the chain against the promise, for payers who each began with the
// same funds and no tokens: every payment minted at most once and to its payer,
// and every payer charged for exactly what they hold. It returns the ids that
// were minted and the number of transactions that did it.
func (l *ledger) audit(t *testing.T, funds int64, payments []payment) (bought map[common.Hash]bool, transactions int) {
	t.Helper()
	events := l.minted(t)
	bought, txs, holds := map[common.Hash]bool{}, map[common.Hash]bool{}, map[common.Address]int64{}
	for _, p := range payments {
		holds[p.payer.address] += 0
		switch found := events[p.id]; {
		case len(found) > 1:
			t.Errorf("payment %s was minted %d times", p.id, len(found))
		case len(found) == 1:
			if found[0].payer != p.payer.address || found[0].quantity != p.quantity {
				t.Errorf("payment %s of %s for %d minted %d to %s", p.id, p.payer.address, p.quantity, found[0].quantity, found[0].payer)
			}
			bought[p.id], txs[found[0].tx] = true, true
			holds[p.payer.address] += p.quantity
		}
	}
	for account, n := range holds {
		if got := l.allotments(t, account); got != n {
			t.Errorf("%s holds %d allotments and has events for %d", account, got, n)
		}
		if got := l.usdc(t, account); got != funds-n*price {
			t.Errorf("%s has %d allotments and was charged %d, not %d", account, n, funds-got, n*price)
		}
	}
	return bought, len(txs)
}

// books checks that the launch holds the price of everything it ever minted, and
// besides that just what was donated.
func (l *ledger) books(t *testing.T, donated int64) {
	t.Helper()
	var sold int64
	for _, found := range l.minted(t) {
		for _, m := range found {
			sold += m.quantity
		}
	}
	if got := l.usdc(t, l.token); got != sold*price+donated {
		t.Errorf("the launch holds %d, for %d allotments and a donation of %d it should be %d", got, sold, donated, sold*price+donated)
	}
}
