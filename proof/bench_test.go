package proof

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

func BenchmarkReceipt(b *testing.B) {
	key := must(crypto.GenerateKey())
	for _, style := range []Style{StyleJWS, StyleES256K, StyleEIP712} {
		i := must(NewIssuer(style, "https://mint.example", key))
		b.Run("sign "+string(style), func(b *testing.B) {
			for range b.N {
				must(i.Receipt(vector()))
			}
		})
		s := must(i.Receipt(vector()))
		v := &Verifier{Own: i, Ledger: chainOf{hash: paid, tx: minted()}, Clock: func() time.Time { return now }}
		b.Run("verify "+string(style), func(b *testing.B) {
			for range b.N {
				must(v.Verify(context.Background(), s))
			}
		})
	}
}
