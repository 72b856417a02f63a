package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/x402"
)

// poolBytes is how large a transaction may be that pools take. anvil's has no bound,
// so that the tests' provider has it.
const poolBytes = 131_072

// acceptsAll is the code of a wallet that takes any signature (ERC-1271).
const acceptsAll = "0x631626ba7e60e01b60005260206000f3"

// pooled refuses what is larger than pools take, and counts it.
func pooled(refused *int) *fault {
	var mu sync.Mutex
	return sending(func(x *exchange, m *message) *message {
		size := m.transaction().Size()
		if size <= poolBytes {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		*refused++
		return m.refuses(-32000, fmt.Sprintf("oversized data: transaction size %d, limit %d", size, poolBytes))
	})
}

// withSignature is the same payment with another signature, as version 2.
func (p payment) withSignature(t *testing.T, signature []byte) payment {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(p.v2)
	var whole map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(data, &whole)
	}
	var payload map[string]any
	if err == nil {
		err = json.Unmarshal(whole["payload"], &payload)
	}
	if err != nil {
		t.Fatal(err)
	}
	payload["signature"] = hexutil.Bytes(signature)
	if whole["payload"], err = json.Marshal(payload); err == nil {
		data, err = json.Marshal(whole)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.signature, p.v2 = signature, base64.StdEncoding.EncodeToString(data)
	return p
}

func TestAHundredWalletsWithTheLongestSignatureHoldUpNobody(t *testing.T) {
	begin(t)
	const wallets, honest = 100, 50
	u := deployCircle(t, startAnvil(t, 2))
	fat, thin := newPayers(t, wallets), newPayers(t, honest)
	u.give(price, append(addresses(fat), addresses(thin)...)...)
	for _, w := range fat {
		u.call(nil, "anvil_setCode", w.address, acceptsAll)
	}
	s := newShop(t, u)
	pool, refused := startProvider(t, u.anvil, ""), 0
	pool.misbehave(pooled(&refused))
	s.rpc = pool.url
	s.launch(1000)
	s.flags = append(s.flags, "--gas-budget", "none") // it bounds how many wallets are under way
	s.start()
	q := s.quote(1)
	all := make([]payment, 0, wallets+honest)
	long := bytes.Repeat([]byte{7}, x402.MaxSignature)
	for i, w := range fat {
		all = append(all, w.sign(t, q, 1).withSignature(t, long))
		if i%2 == 0 {
			all = append(all, thin[i/2].sign(t, q, 1))
		}
	}

	// All are queued before a block is made: the first is alone in its transaction,
	// the others have to share those that follow.
	u.stop()
	over := make(chan struct{})
	defer close(over)
	for _, p := range all {
		go func() {
			// One that finds too many before it comes again.
			for {
				if a, err := s.present(p, 2); ended(over) || err == nil && a.status != 503 {
					return
				}
			}
		}()
	}
	for _, p := range all {
		s.reaches(p, "claimed", "minting")
	}
	from, err := u.BlockNumber(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	u.resume()
	last := uint64(0)
	for _, p := range all {
		o := s.reaches(p, "mined", "minted")
		if len(p.signature) == 65 {
			last = max(last, o.Block)
		}
	}
	if last > from+3 {
		t.Errorf("the last of the honest was minted %d blocks after all were queued", last-from)
	}
	if refused > 0 {
		t.Errorf("%d transactions were larger than pools take", refused)
	}
	bought, transactions := s.audit(t, price, all)
	if len(bought) != len(all) {
		t.Errorf("%d of %d payments were minted", len(bought), len(all))
	}
	s.books(t, 0)
	t.Logf("%d payments with signatures of %d bytes and %d honest ones minted by %d transactions; the last honest one %d blocks after all were queued",
		wallets, len(long), honest, transactions, last-from)
}
