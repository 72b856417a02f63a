package chain

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func tracedPayment() traced {
	l := mint.Launch{ChainID: 84532, Token: common.Address{1}, Price: big.NewInt(100), Allotment: big.NewInt(5000), Asset: x402.Asset{Address: common.Address{2}}}
	a := x402.Authorization{From: common.Address{3}, To: l.Token, Value: big.NewInt(200), ValidAfter: new(big.Int), ValidBefore: big.NewInt(1000), Nonce: common.Hash{4}}
	return traced{l, a, mint.NewPaymentID(l.ChainID, l.Asset.Address, a.From, a.Nonce)}
}

func data32(n int64) []byte { return common.BigToHash(big.NewInt(n)).Bytes() }

func TestAMintedWithoutItsTokensIsNoMintToThePayer(t *testing.T) {
	p := tracedPayment()
	minted := func(id mint.PaymentID, to common.Address, quantity int64) types.Log {
		return types.Log{Address: p.launch.Token, Topics: []common.Hash{mintedTopic, common.Hash(id), hexAddress(to)}, Data: data32(quantity)}
	}
	gives := func(token, from, to common.Address, units int64) types.Log {
		return types.Log{Address: token, Topics: []common.Hash{transferTopic, hexAddress(from), hexAddress(to)}, Data: data32(units)}
	}
	none, other := common.Address{}, common.Address{9}
	whole := gives(p.launch.Token, none, p.From, 10_000)
	for name, c := range map[string]struct {
		logs []types.Log
		mint bool
	}{
		"a mint":                       {[]types.Log{whole, minted(p.id, p.From, 2)}, true},
		"an event alone":               {[]types.Log{minted(p.id, p.From, 2)}, false},
		"tokens to another":            {[]types.Log{gives(p.launch.Token, none, other, 10_000), minted(p.id, p.From, 2)}, false},
		"fewer tokens":                 {[]types.Log{gives(p.launch.Token, none, p.From, 9_999), minted(p.id, p.From, 2)}, false},
		"tokens of another contract":   {[]types.Log{gives(other, none, p.From, 10_000), minted(p.id, p.From, 2)}, false},
		"tokens that somebody had":     {[]types.Log{gives(p.launch.Token, other, p.From, 10_000), minted(p.id, p.From, 2)}, false},
		"the mint of another payment":  {[]types.Log{whole, minted(mint.PaymentID{1}, p.From, 2)}, false},
		"a mint that names another":    {[]types.Log{whole, minted(p.id, other, 2)}, false},
		"fewer allotments than paid":   {[]types.Log{gives(p.launch.Token, none, p.From, 5000), minted(p.id, p.From, 1)}, false},
		"a Minted without its figures": {[]types.Log{whole, {Address: p.launch.Token, Topics: []common.Hash{mintedTopic, common.Hash(p.id), hexAddress(p.From)}}}, false},
	} {
		status := hexutil.Uint64(1)
		found := &Trace{}
		(&receipt{Status: &status, Logs: c.logs}).trace(found, p)
		if (found.Mint != nil) != c.mint {
			t.Errorf("%s: traced %+v", name, found.Mint)
		}
	}
}

func TestARefundedWithoutTheMoneyIsNoRefund(t *testing.T) {
	p := tracedPayment()
	refunded := func(id mint.PaymentID) types.Log {
		return types.Log{Address: p.launch.Token, Topics: []common.Hash{refundedTopic, common.Hash(id), hexAddress(p.From)}, Data: data32(200)}
	}
	pays := func(asset, from, to common.Address, value int64) types.Log {
		return types.Log{Address: asset, Topics: []common.Hash{transferTopic, hexAddress(from), hexAddress(to)}, Data: data32(value)}
	}
	asset, token, other := p.launch.Asset.Address, p.launch.Token, common.Address{9}
	back := pays(asset, token, p.From, 200)
	for name, c := range map[string]struct {
		logs   []types.Log
		refund bool
	}{
		"a refund":                           {[]types.Log{refunded(p.id), back}, true},
		"an event alone":                     {[]types.Log{refunded(p.id)}, false},
		"the money of another asset":         {[]types.Log{refunded(p.id), pays(other, token, p.From, 200)}, false},
		"money of somebody else":             {[]types.Log{refunded(p.id), pays(asset, other, p.From, 200)}, false},
		"money to another":                   {[]types.Log{refunded(p.id), pays(asset, token, other, 200)}, false},
		"less money":                         {[]types.Log{refunded(p.id), pays(asset, token, p.From, 199)}, false},
		"the money of another refund":        {[]types.Log{refunded(p.id), refunded(mint.PaymentID{1}), back}, false},
		"the refund of another payment":      {[]types.Log{refunded(mint.PaymentID{1}), back}, false},
		"the money before the event, not it": {[]types.Log{back, refunded(p.id)}, false},
	} {
		for i := range c.logs {
			c.logs[i].Index = uint(i)
		}
		status := hexutil.Uint64(1)
		found := &Trace{}
		(&receipt{Status: &status, Logs: c.logs}).trace(found, p)
		if (found.Refund != nil) != c.refund {
			t.Errorf("%s: traced %+v", name, found.Refund)
		}
	}
}

func TestAPaymentIsDeadOnlyOnceAFinalBlockIsPastItsLastSecond(t *testing.T) {
	p := tracedPayment()
	for _, c := range []struct {
		final, now int64
		used, want bool
	}{{999, 2000, false, false}, {1000, 2000, false, false}, {1001, 2000, false, true}, {1001, 2000, true, false}, {1001, 1000, false, false}} {
		trace := Trace{Used: c.used, Final: mint.Block{Number: 1, Time: time.Unix(c.final, 0)}, Head: mint.Block{Number: 9, Time: time.Unix(5000, 0)}}
		if trace.Dead(p.Authorization, time.Unix(c.now, 0)) != c.want {
			t.Errorf("final at %d, used %t: dead is %t", c.final, c.used, !c.want)
		}
	}
	if (&Trace{}).Dead(p.Authorization, time.Unix(2000, 0)) {
		t.Error("dead without a final block")
	}
}
